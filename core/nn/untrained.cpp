#include "core/nn/untrained.hpp"

#include <fmt/format.h>

#include <cmath>
#include <utility>
#include <vector>
#include <xtensor/xbuilder.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xview.hpp>

#include "core/base/error.hpp"
#include "core/kernels/layernorm.hpp"

namespace qklab::nn {
namespace {

template <class E>
E from_name(std::string_view what, std::string_view name,
            const std::vector<std::pair<std::string_view, E>>& known) {
  for (const auto& [text, value] : known) {
    if (text == name) return value;
  }
  throw Error(fmt::format("{}: there is no '{}'", what, name));
}

Matrix draw_normal(std::size_t rows, std::size_t columns, double deviation, Stream stream) {
  Matrix m = xt::empty<double>({rows, columns});
  for (double& v : m) v = deviation * stream.normal();
  return m;
}

Matrix draw_value(ValueKind kind, std::size_t dim, const Stream& stream) {
  switch (kind) {
    case ValueKind::orthogonal:
      return haar_orthonormal(dim, dim, stream);
    case ValueKind::gaussian:
      return draw_normal(dim, dim, 1 / std::sqrt(static_cast<double>(dim)), stream);
    default:
      return xt::eye<double>(dim);
  }
}

Tokens finish(const UntrainedModel& model, const Tokens& before, const Tokens& after) {
  const Tokens sum = model.skip ? before + after : after;
  return model.norm == Norm::post ? layer_normalized(sum) : sum;
}

}  // namespace

TokenKind token_kind_from(std::string_view name) {
  return from_name<TokenKind>("tokens", name,
                              {{"gaussian", TokenKind::gaussian},
                               {"random_walk", TokenKind::random_walk},
                               {"normalized", TokenKind::normalized}});
}

Norm norm_from(std::string_view name) {
  return from_name<Norm>("norm", name, {{"none", Norm::none}, {"pre", Norm::pre}, {"post", Norm::post}});
}

ValueKind value_kind_from(std::string_view name) {
  return from_name<ValueKind>("value", name,
                              {{"orthogonal", ValueKind::orthogonal},
                               {"gaussian", ValueKind::gaussian},
                               {"identity", ValueKind::identity}});
}

Matrix draw_tokens(TokenKind kind, std::size_t length, std::size_t dim, const Stream& stream) {
  Matrix tokens = draw_normal(length, dim, 1, stream);
  if (kind == TokenKind::random_walk) {
    for (std::size_t t = 1; t < length; ++t)
      for (std::size_t j = 0; j < dim; ++j) tokens(t, j) += tokens(t - 1, j);
  }
  if (kind == TokenKind::normalized) {
    Matrix normalized = tokens, kept = xt::empty<double>({length, std::size_t{2}});
    kernels::layer_norm<double>(length, dim, 0, tokens.data(), nullptr, nullptr, normalized.data(),
                                kept.data());
    return normalized;
  }
  return tokens;
}

UntrainedLayer draw_layer(const UntrainedModel& model, const Stream& stream) {
  enum Purpose : std::uint64_t { qk_drawn, value_drawn, mlp_in_drawn, mlp_out_drawn };
  UntrainedLayer layer;
  layer.qk = symmetric_matrix(model.dim, model.spectrum, stream.substream(qk_drawn));
  layer.value = draw_value(model.value, model.dim, stream.substream(value_drawn));
  if (model.mlp) {
    const auto dim = static_cast<double>(model.dim);
    layer.mlp_in = draw_normal(model.dim, 4 * model.dim, std::sqrt(2 / dim), stream.substream(mlp_in_drawn));
    layer.mlp_out =
        draw_normal(4 * model.dim, model.dim, std::sqrt(1 / (4 * dim)), stream.substream(mlp_out_drawn));
  }
  return layer;
}

Tokens attention_input(const UntrainedModel& model, const Tokens& tokens) {
  return model.norm == Norm::pre ? layer_normalized(tokens) : tokens;
}

Tokens apply(const UntrainedModel& model, const UntrainedLayer& layer, const Tokens& tokens) {
  const Tokens seen = attention_input(model, tokens);
  const Tokens attended =
      finish(model, tokens, attend(seen, layer.qk, layer.value, model.temperature, model.mask));
  if (!model.mlp) return attended;
  const Tokens hidden_seen = model.norm == Norm::pre ? layer_normalized(attended) : attended;
  return finish(model, attended, perceptron(hidden_seen, layer.mlp_in, layer.mlp_out));
}

}  // namespace qklab::nn
