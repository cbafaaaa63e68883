// Transformer layers drawn at random with a prescribed query-key eigenspectrum, and tokens for them.
#pragma once

#include <string_view>

#include "core/measure/forward_pass.hpp"
#include "core/nn/config.hpp"
#include "core/spectrum/matrices.hpp"

namespace qklab::nn {

// Gaussian: independent standard normal. Random walk: sums of the first t of those. Normalized: Gaussian,
// each token moved and scaled to mean 0 and variance 1 over its width.
enum class TokenKind { gaussian, random_walk, normalized };
TokenKind token_kind_from(std::string_view name);  // throws Error where there is none of that name
Matrix draw_tokens(TokenKind kind, std::size_t length, std::size_t dim, const Stream& stream);  // [T, d]

// Orthogonal: Haar. Gaussian: entries of variance 1/d. Identity.
enum class ValueKind { orthogonal, gaussian, identity };
ValueKind value_kind_from(std::string_view name);

Norm norm_from(std::string_view name);

struct UntrainedModel {
  std::size_t dim = 64;
  Spectrum spectrum;  // of W, drawn anew for each layer
  double temperature = 8;
  Norm norm = Norm::pre;
  ValueKind value = ValueKind::orthogonal;
  bool skip = false;
  bool mlp = false;  // relu, 4 dim wide, Gaussian with variances 2/dim and 1/(4 dim), no biases
  Mask mask = {};
};

struct UntrainedLayer {
  Matrix qk, value;        // [d, d]
  Matrix mlp_in, mlp_out;  // [d, 4d], [4d, d]; empty without MLP
};

// The same stream gives the same layer.
UntrainedLayer draw_layer(const UntrainedModel& model, const Stream& stream);

// What attention sees of the tokens that enter a layer.
Tokens attention_input(const UntrainedModel& model, const Tokens& tokens);
Tokens apply(const UntrainedModel& model, const UntrainedLayer& layer, const Tokens& tokens);

}  // namespace qklab::nn
