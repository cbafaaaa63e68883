#include "core/nn/transformer.hpp"

#include "core/base/error.hpp"

namespace qklab::nn {
namespace {

const ModelConfig& checked(const ModelConfig& config, int batch) {
  validate(config);
  if (batch < 1) throw InputError(fmt::format("batch is {}: set it to 1 or more", batch));
  return config;
}

}  // namespace

template <class T>
Transformer<T>::Transformer(Tape<T>& on, const ModelConfig& of, int size, Use use, Output outputs)
    : tape(on), config(checked(of, size)), batch(size) {
  const Scope<T> scope(tape, config, batch, spectral, use == Use::training ? &masks : nullptr);
  const int length = config.length, dim = config.dim;
  Reading<T> all;  // what the first block can get: each symbol at each position
  Tensor<T> symbols;
  if (config.vocabulary > 0) {
    tokens = tape.indices({batch, length});
    symbols = scope.parameter("embedding.weight", {config.vocabulary, dim});
    embedded = embedding(symbols, tokens);
    if (config.embedding_scale != 1) embedded = scale(embedded, config.embedding_scale);
  } else {
    features = tape.input({batch, length, config.features});
    embedded = linear(features, scope.parameter("embedding.weight", {dim, config.features}));
  }
  if (const auto& table = config.positions->table) {
    const Tensor<T> positions = table.template of<T>()(scope);
    embedded = embedded + positions;
    // Sequences that outnumber the symbols have the same symbol at the same place more than once.
    if (symbols.tape && config.vocabulary < batch && config.embedding_scale == 1 &&
        !scope.drops(config.dropout.embedding) && reads_table(config, use == Use::reading))
      all = {outer_sum(symbols, positions), tokens};
  }
  embedded = scope.dropped(Place::embedding, config.dropout.embedding, embedded);
  Tensor<T> x = embedded;
  for (int n = 0; n < config.layers; ++n) {
    layers.push_back(block(scope.in_block(n), x, use == Use::reading, n == 0 ? all : Reading<T>()));
    x = layers.back().output;
  }
  last = norm(scope, "ln", &NormKind::before, x);
  head.weight = config.tied ? symbols : scope.parameter("head.weight", {config.outputs, dim});
  if (config.head_bias) head.bias = scope.parameter("head.bias", {config.outputs});
  if (outputs == Output::left_out) {
    if (config.logit_cap > 0) throw Error("outputs with a cap cannot be left out");
    return;
  }
  output = capped(linear(last, head.weight, {.bias = head.bias}), config.logit_cap);
}

template struct Transformer<float>;
template struct Transformer<double>;

}  // namespace qklab::nn
