// Cross-entropy of logits against class labels, in nats, by log-sum-exp.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "core/kernels/reduce.hpp"

namespace qklab::kernels {

// logits: [rows, classes]; targets: [rows], each `ignore` or in 0 .. classes-1. Yields the mean of
// log sum_j exp(logit_j) - logit_target over the rows not ignored (NaN where all are), and keeps the
// log-sum-exp of each row in kept: [rows].
template <class T>
T cross_entropy(std::size_t rows, std::size_t classes, std::int32_t ignore, const T* __restrict logits,
                const std::int32_t* __restrict targets, T* __restrict kept) {
  T loss = 0;
  std::size_t used = 0;
  for (std::size_t r = 0; r < rows; ++r, logits += classes) {
    if (targets[r] == ignore) continue;
    const T top = *std::max_element(logits, logits + classes);
    kept[r] = top + std::log(sum_of<T>(classes, [=](std::size_t i) { return std::exp(logits[i] - top); }));
    loss += kept[r] - logits[targets[r]];
    ++used;
  }
  return loss / static_cast<T>(used);
}

// dlogits += dloss * (softmax - onehot) / used, a row at a time; ignored rows get nothing.
template <class T>
void cross_entropy_backward(std::size_t rows, std::size_t classes, std::int32_t ignore,
                            const T* __restrict logits, const std::int32_t* __restrict targets,
                            const T* __restrict kept, T dloss, T* __restrict dlogits) {
  const auto used = rows - static_cast<std::size_t>(std::count(targets, targets + rows, ignore));
  const T share = dloss / static_cast<T>(used);
  for (std::size_t r = 0; r < rows; ++r, logits += classes, dlogits += classes) {
    if (targets[r] == ignore) continue;
    for (std::size_t i = 0; i < classes; ++i) dlogits[i] += share * std::exp(logits[i] - kept[r]);
    dlogits[targets[r]] -= share;
  }
}

}  // namespace qklab::kernels
