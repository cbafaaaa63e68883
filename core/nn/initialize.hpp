// Initial parameters: standard ones, and query-key matrices of a prescribed eigenspectrum.
#pragma once

#include <optional>

#include "core/base/stream.hpp"
#include "core/nn/transformer.hpp"
#include "core/spectrum/matrices.hpp"

namespace qklab::nn {

struct Initialization {
  // Of every head's W_QK (see attention.hpp), to rounding: symmetric, Q diag(l) Q^T with Q Haar. For a head
  // narrower than the model, its m = dim / heads eigenvalues that are not 0 by necessity. Not given: W_q and
  // W_k, or W_qk, are as other weights.
  std::optional<Spectrum> spectrum = std::nullopt;
  // Of a coordinate of the first block's input, for tokens, or for vectors of unit mean square.
  double input_variance = 1;
};

// Weights (out, in) are normal of variance 1/in, biases 0 (gates log(length), so that they forget over about
// a sequence), norms and gammas 1. Embedding and positions are normal, and have half of the input's variance
// each. Each parameter draws from a substream of its own. With sigma-Reparam, u and v are made leading
// singular vectors. A spectrum is that of the weights before sigma-Reparam or TAME.
template <class T> void initialize(Transformer<T>& model, const Initialization& how, const Stream& stream);

}  // namespace qklab::nn
