// gaussian: independent standard normal tokens. random_walk: sums of the first t of those. normalized:
// Gaussian, each token moved and scaled to mean 0 and variance 1 over its width.
#include <xtensor/xmath.hpp>

#include "core/kernels/fused/layernorm.hpp"
#include "core/nn/untrained/draw.hpp"
#include "core/nn/untrained/untrained.hpp"
#include "core/schema/plugin.hpp"

namespace qklab::nn {
namespace {

Matrix gaussian_tokens(std::size_t length, std::size_t dim, const Stream& stream) {
  return draw_normal(length, dim, 1, stream);
}

Matrix random_walk(std::size_t length, std::size_t dim, const Stream& stream) {
  Matrix tokens = draw_normal(length, dim, 1, stream);
  for (std::size_t t = 1; t < length; ++t)
    for (std::size_t j = 0; j < dim; ++j) tokens(t, j) += tokens(t - 1, j);
  return tokens;
}

Matrix normalized_tokens(std::size_t length, std::size_t dim, const Stream& stream) {
  const Matrix tokens = draw_normal(length, dim, 1, stream);
  Matrix normalized = tokens, kept = xt::empty<double>({length, std::size_t{2}});
  kernels::layer_norm<double>(length, dim, 0, tokens.data(), nullptr, nullptr, normalized.data(),
                              kept.data());
  return normalized;
}

void add_tokens() {
  auto& all = Registry<TokenKind>::all();
  all.add(
      {.name = "gaussian", .doc = "independent standard normal tokens", .place = 0, .draw = gaussian_tokens});
  all.add({.name = "random_walk", .doc = "sums of the tokens so far", .place = 1, .draw = random_walk});
  all.add({.name = "normalized",
           .doc = "normal tokens, each of mean 0 and variance 1 over its width",
           .place = 2,
           .draw = normalized_tokens});
}

}  // namespace

Matrix draw_tokens(const Choice<TokenKind>& kind, std::size_t length, std::size_t dim, const Stream& stream) {
  return kind->draw(length, dim, stream);
}

QKLAB_REGISTER(add_tokens)

}  // namespace qklab::nn
