// Cross-entropy of logits against class labels, in nats, by log-sum-exp, and its gradient on the way.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "core/kernels/reduce.hpp"

namespace qklab::kernels {

// p = softmax(x) over n logits; yields log sum_j exp(x_j).
template <class T>
T softmax_with_log_sum(std::size_t n, const T* __restrict x, T* __restrict p) {
  const T top = *std::max_element(x, x + n);
  for (std::size_t i = 0; i < n; ++i) p[i] = std::exp(x[i] - top);
  const T sum = sum_of<T>(n, [=](std::size_t i) { return p[i]; });
  for (std::size_t i = 0; i < n; ++i) p[i] /= sum;
  return top + std::log(sum);
}
float softmax_with_log_sum(std::size_t n, const float* x, float* p);  // by SIMD

// logits: [rows, classes]; targets: [rows], each `ignore` or in 0 .. classes-1. Yields the mean of
// log sum_j exp(logit_j) - logit_target over the rows not ignored (NaN where all are), and its gradient by
// the logits: [rows, classes], (softmax - onehot) / used, and 0 in ignored rows.
template <class T>
T cross_entropy(std::size_t rows, std::size_t classes, std::int32_t ignore, const T* logits,
                const std::int32_t* targets, T* gradient) {
  const auto used =
      static_cast<T>(rows - static_cast<std::size_t>(std::count(targets, targets + rows, ignore)));
  T loss = 0;
  for (std::size_t r = 0; r < rows; ++r, logits += classes, gradient += classes) {
    if (targets[r] == ignore) {
      std::fill_n(gradient, classes, T{0});
      continue;
    }
    loss += softmax_with_log_sum(classes, logits, gradient) - logits[targets[r]];
    gradient[targets[r]] -= 1;
    for (std::size_t i = 0; i < classes; ++i) gradient[i] /= used;
  }
  return loss / used;
}

}  // namespace qklab::kernels
