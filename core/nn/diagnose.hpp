// What a model looks like inside: eigenspectra, attention entropy, rank residuals, by layer and head.
#pragma once

#include <optional>
#include <vector>

#include "core/nn/transformer.hpp"
#include "core/spectrum/matrices.hpp"

namespace qklab::nn {

struct HeadReport {
  // Of W_QK as it is used, so after sigma-Reparam or TAME. For heads narrower than the model see Factors.
  SpectrumStatistics spectrum;
  // Mean over queries and sequences of -sum p log p, in nats; with sigmoid, of weights divided by their sum.
  // Not there for linear and gated linear attention, whose weights can be negative.
  std::optional<double> entropy;
};

struct LayerReport {
  std::vector<HeadReport> heads;
  // rank_residual of the layer's output, mean over sequences. 0: all tokens are the same.
  double residual = 0;
};

struct ModelReport {
  double residual = 0;  // of what the first layer gets
  std::vector<LayerReport> layers;
};

// Reads the last forward() of a model recorded with Use::reading. Throws Error for one recorded for training
// whose attention has weights.
template <class T> ModelReport diagnose(const Transformer<T>& model);

}  // namespace qklab::nn
