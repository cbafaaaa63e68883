// Initial parameters: standard ones, and query-key matrices of a prescribed eigenspectrum.
#pragma once

#include "core/base/stream.hpp"
#include "core/nn/transformer.hpp"
#include "core/spectrum/matrices.hpp"

namespace qklab::nn {

struct InitializationKind;

struct Initialization {
  Choice<InitializationKind> kind = "standard";  // of W_q and W_k, or W_qk
  // Where it is prescribed, of every head's W_QK (see attention.hpp), to rounding. For a head narrower than
  // the model, its m = dim / heads eigenvalues that are not 0 by necessity.
  Spectrum spectrum = {};
  // Of a coordinate of the first block's input, for tokens, or for vectors of unit mean square.
  double input_variance = 1;
};

// Draws a parameter as `initialize` has it where a kind does not say otherwise.
template <class T>
void draw_standard(const Transformer<T>& model, std::string_view name, Tensor<T> parameter,
                   const Initialization& how, Stream stream);

// How parameters are drawn, each from a stream of its own, and what becomes of a layer's queries and keys afterwards; both
// optional.
struct InitializationKind {
  template <class T>
  using Draw = void(const Transformer<T>& model, std::string_view name, Tensor<T> parameter,
                    const Initialization& how, Stream stream);
  template <class T>
  using Fill = void(const Transformer<T>& model, int layer, const Initialization& how, const Stream& stream);

  std::string name = {}, doc = {};
  int place = last_place;
  Schema parameters = {};
  Both<Draw> draw = {};
  Both<Fill> fill = {};
  static constexpr const char* kind = "initialization";
  static constexpr const char* noun = "initializations";
};

// Weights (out, in) are normal of variance 1/in, biases and the second factor of adapters 0 (those of gates
// log(length), so that they forget over about a sequence), norms and gammas 1. Embedding and positions are normal, and
// have half of the input's variance each; that of an embedding_scale s is divided by s^2. Each parameter draws from a
// substream of its own. With sigma-Reparam, u and v are made leading
// singular vectors. A spectrum is that of the weights before sigma-Reparam or TAME.
template <class T> void initialize(Transformer<T>& model, const Initialization& how, const Stream& stream);

}  // namespace qklab::nn
