// Signal propagation probability: how often attention reaches a position, for random-walk tokens.
//
// Tokens x_t = z_1 + ... + z_t with z_s ~ N(0, I_d) independent, t = 1..T; the query is the last one; logits
// w_t = x_t^T W x_T, unscaled. Softmax is linearized about the uniform point and clipped,
//     S_t = clip((1 + (w_t - mean_s w_s) / temperature) / T, 0, 1).
// The theory takes w_t - mean_s w_s as normal with its exact mean and variance.
// Source: Bao, Hataya, Karakida (ICML 2024, arXiv 2402.02098). The variance for a W that is not symmetric is
// derived here by the same steps.
#pragma once

#include "core/base/array.hpp"
#include "core/spectrum/statistics.hpp"

namespace qklab {

// Mean and variance of w_t - mean_s w_s, both (T). With c_s = [s <= t] - (T - s + 1) / T,
//     mean = tr(W) sum_s c_s,   variance = T tr(W W^T) sum_s c_s^2 + tr(W^2) (sum_s c_s)^2;
// for a symmetric W the traces are equal: tr(W^2) (T sum_s c_s^2 + (sum_s c_s)^2).
struct LogitMoments {
  Vector mean;
  Vector variance;
};
LogitMoments centred_logit_moments(const SpectrumStatistics& w, std::size_t dim, std::size_t length);

// Probabilities by position, both (T).
struct Propagation {
  Vector support;  // P(S_t > 0)
  Vector active;   // P(0 < S_t < 1)
};

// For W (dim, dim) with the given statistics; dim, length >= 1, temperature > 0.
Propagation propagation_probability(const SpectrumStatistics& w, std::size_t dim, std::size_t length,
                                    double temperature);

// The limit of long sequences at the shares theta = t / T, t = 1 .. length, for a fixed width and temperature:
//     mean / T -> tr(W) (theta - 1/2),
//     variance / T^2 -> tr(W W^T) (1/3 - theta (1 - theta)) + tr(W^2) (theta - 1/2)^2,
// which is tr(W^2) (7/12 - 2 theta (1 - theta)) for a symmetric W. S = 0 lies at 0 and S = 1 at `temperature`
// in these units. Where W = 0 nothing varies, and attention is uniform.
Propagation propagation_limit(const SpectrumStatistics& w, std::size_t dim, std::size_t length,
                              double temperature);

}  // namespace qklab
