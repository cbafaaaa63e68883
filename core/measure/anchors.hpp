// Tokens that all others attend to, and the share of queries that a token passes anything on to, from attention weights.
#pragma once

#include <cstddef>
#include <span>

#include "core/kernels/mask.hpp"

namespace qklab {

// With c_s the mean weight that token s gets from the queries that see it, and rho_s the share of these whose weight on
// it is above a threshold:
struct Anchors {
  double anchor = 0;            // T max_s c_s: 1 where all tokens get equal attention, T where one gets all
  double propagation = 0;       // share of all pairs of query and token that pass something on
  double over_propagation = 0;  // rho of the token with the largest c, minus propagation
  double propagation_entropy =
      0;  // of rho_s / sum rho over tokens, in nats, over log T: 1 where all pass on alike
};

// The weight above which a token passes anything on: 0 where weights can be exactly 0 (sparsemax), else a tenth of a
// uniform one.
inline double passing_threshold(bool is_sparse, std::size_t length) {
  return is_sparse ? 0 : 0.1 / static_cast<double>(length);
}

// Of one attention matrix (T, T), row-major, T = length. The last half of a causal sequence is seen by too few
// queries to be called anchors. A weight that is not finite makes all of them NaN.
Anchors measure_anchors(std::span<const float> attention, std::size_t length, Mask mask, double threshold);

}  // namespace qklab
