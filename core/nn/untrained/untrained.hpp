// Transformer layers drawn at random with a prescribed query-key eigenspectrum, and tokens for them.
#pragma once

#include <string>

#include "core/measure/forward_pass.hpp"
#include "core/nn/kinds.hpp"
#include "core/schema/choice.hpp"
#include "core/spectrum/matrices.hpp"

namespace qklab::nn {

// How tokens are drawn.
struct TokenKind {
  std::string name = {}, doc = {};
  int place = last_place;
  Schema parameters = {};
  Matrix (*draw)(std::size_t length, std::size_t dim, const Stream& stream) = nullptr;  // [T, d]
  static constexpr const char* kind = "kind of tokens";
  static constexpr const char* noun = "tokens";
};
Matrix draw_tokens(const Choice<TokenKind>& kind, std::size_t length, std::size_t dim, const Stream& stream);

// What value matrices are.
struct ValueKind {
  std::string name = {}, doc = {};
  int place = last_place;
  Schema parameters = {};
  Matrix (*draw)(std::size_t dim, const Stream& stream) = nullptr;  // [d, d]
  static constexpr const char* kind = "kind of value matrices";
  static constexpr const char* noun = "values";
};

struct UntrainedModel {
  std::size_t dim = 64;
  Spectrum spectrum;  // of W, drawn anew for each layer
  double temperature = 8;
  Choice<NormKind> norm = "pre";
  Choice<ValueKind> value = "orthogonal";
  bool skip = false;
  double residual_scale = 1;  // with skips: x + residual_scale f(x)
  bool mlp = false;           // relu, 4 dim wide, Gaussian with variances 2/dim and 1/(4 dim), no biases
  Mask mask = {};
};

// Names of norms that an untrained model can have.
std::vector<std::string> untrained_norms();

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
