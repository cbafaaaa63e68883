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
Transformer<T>::Transformer(Tape<T>& on, const ModelConfig& of, int size, Use use)
    : tape(on), config(checked(of, size)), batch(size) {
  const Scope<T> scope(tape, config, batch, spectral);
  const int length = config.length, dim = config.dim;
  Reading<T> all;  // what the first block can get: each symbol at each position
  Tensor<T> symbols;
  if (config.vocabulary > 0) {
    tokens = tape.indices({batch, length});
    symbols = scope.parameter("embedding.weight", {config.vocabulary, dim});
    embedded = embedding(symbols, tokens);
  } else {
    features = tape.input({batch, length, config.features});
    embedded = linear(features, scope.parameter("embedding.weight", {dim, config.features}));
  }
  if (const auto& table = config.positions->table) {
    const Tensor<T> positions = table.template of<T>()(scope);
    embedded = embedded + positions;
    // Sequences that outnumber the symbols have the same symbol at the same place more than once.
    if (symbols.tape && config.vocabulary < batch && reads_table(config, use == Use::reading))
      all = {outer_sum(symbols, positions), tokens};
  }
  Tensor<T> x = embedded;
  for (int n = 0; n < config.layers; ++n) {
    layers.push_back(
        block(scope.in(fmt::format("blocks.{}", n)), x, use == Use::reading, n == 0 ? all : Reading<T>()));
    x = layers.back().output;
  }
  x = norm(scope, "ln", &NormKind::before, x);
  output = linear(x, scope.parameter("head.weight", {config.outputs, dim}));
}

template struct Transformer<float>;
template struct Transformer<double>;

}  // namespace qklab::nn
