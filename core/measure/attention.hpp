// How concentrated attention is: entropy, participation, distance and largest weight of its rows.
#pragma once

#include "core/base/array.hpp"
#include "core/kernels/mask.hpp"

namespace qklab {

// attention: [T, T], row q holds the weights of query q over the keys; non-negative, each row sums to 1.
// All means are over rows. A NaN weight makes everything that uses it NaN.
struct AttentionMeasures {
  double entropy = 0;         // H = -sum p log p in nats, with 0 log 0 = 0
  double entropy_ratio = 0;   // H / log(keys in sight); rows that see one key have no choice and are left out
  double participation = 0;   // 1 / sum p^2: 1 (one key) to the number of keys in sight (uniform)
  double effective_keys = 0;  // exp(H), same range
  double distance = 0;        // sum_t p_t |q - t|, in positions
  double largest_weight = 0;  // max_t p_t
};

// With T = 1 the entropy ratio is 1: the only distribution is the uniform one. Throws Error where the matrix
// is not square or empty.
AttentionMeasures measure_attention(const Matrix& attention, Mask mask = {});

Vector row_entropy(const Matrix& attention);  // [T], nats

}  // namespace qklab
