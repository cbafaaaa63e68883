// Localization of attention: which positions it reaches, and how far it spreads.
// Source: Bao, Hataya, Karakida, "Self-attention Networks Localize When QK-eigenspectrum Concentrates" (ICML
// 2024, arXiv 2402.02098).
#pragma once

#include "core/base/array.hpp"
#include "core/base/stream.hpp"
#include "core/measure/bridge.hpp"

namespace qklab {

// The weights S_t of one query over T tokens, from their logits w_t.
enum class Weighting {
  // S_t = clip((1 + (w_t - mean_s w_s) / temperature) / T, 0, 1), softmax linearized about the uniform point.
  // In the support: S_t > 0. Active: 0 < S_t < 1.
  piecewise,
  // S_t = exp(w_t / temperature) / sum_s exp(w_s / temperature). It is never 0 or 1, so the support is where
  // it
  // exceeds 1/e of a uniform share, 1 / (e T); to first order in the logits this is where the linearized
  // weight
  // exceeds 0. Active: 1 / (e T) < S_t < 1 - 1 / (e T).
  softmax,
};

// Sums over samples; those of several parts of a sample add up.
struct LocalizationSums {
  explicit LocalizationSums(std::size_t length);
  void add(const LocalizationSums& other);

  std::size_t samples = 0;
  Vector support, active;    // (T): in how many samples position t is in the support, is active
  Vector attention;          // (T): of p_t = S_t / sum_s S_s; clipped weights need not sum to 1
  double entropy = 0;        // of -sum_t p_t log p_t, in nats
  double participation = 0;  // of 1 / sum_t p_t^2, between 1 and T
};

// Draws `samples` queries over random walks. A function of the arguments alone; the memory it works in is
// allocated once.
LocalizationSums sample_localization(const BridgeSampler& sampler, Weighting weighting, const Stream& stream,
                                     std::size_t samples);

}  // namespace qklab
