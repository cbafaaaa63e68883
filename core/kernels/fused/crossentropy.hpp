// Cross-entropy of logits against class labels, in nats, by log-sum-exp, and its gradient on the way.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "core/base/elementary.hpp"
#include "core/kernels/fused/normalizers.hpp"

namespace qklab::kernels {

// logits: [rows, classes]; targets: [rows], each `ignore` or in 0 .. classes-1. Yields the mean of
// log sum_j exp(logit_j) - logit_target over the rows not ignored (NaN where all are), and its gradient by
// the logits: [rows, classes], (softmax - onehot) / used, and 0 in ignored rows.
template <class T>
T cross_entropy(std::size_t rows, std::size_t classes, std::int32_t ignore, const T* logits,
                const std::int32_t* targets, T* gradient) {
  const auto used =
      static_cast<T>(rows - static_cast<std::size_t>(std::count(targets, targets + rows, ignore)));
  if constexpr (std::is_same_v<T, float>)
    return level().cross_entropy(rows, classes, ignore, used, logits, targets, gradient);
  T loss = 0;
  for (std::size_t r = 0; r < rows; ++r, logits += classes, gradient += classes) {
    if (targets[r] == ignore) {
      std::fill_n(gradient, classes, T{0});
      continue;
    }
    const auto [top, sum] = Softmax::forward(classes, logits, gradient);
    loss += top + elementary::log(sum) - logits[targets[r]];
    gradient[targets[r]] -= 1;
    for (std::size_t i = 0; i < classes; ++i) gradient[i] /= used;
  }
  return loss / used;
}

}  // namespace qklab::kernels
