// Cross-entropy of logits against class labels, in nats, by log-sum-exp, and its gradient on the way.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "core/base/elementary.hpp"
#include "core/kernels/fused/normalizers.hpp"

namespace qklab::kernels {

// logits: [rows, classes]; targets: [rows], each `ignore` or in 0 .. classes-1. losses: [rows], of each row
// log sum_j exp(logit_j) - logit_target, and 0 where it is ignored. gradient: [rows, classes], that of their sum over
// `used`, (softmax - onehot) / used; it may take the place of the logits.
template <class T>
void cross_entropy_rows(std::size_t rows, std::size_t classes, std::int32_t ignore, T used, const T* logits,
                        const std::int32_t* targets, T* gradient, T* losses) {
  if constexpr (std::is_same_v<T, float>) {
    level().cross_entropy_rows(rows, classes, ignore, used, logits, targets, gradient, losses);
  } else {
    for (std::size_t r = 0; r < rows; ++r, logits += classes, gradient += classes) {
      if (targets[r] == ignore) {
        std::fill_n(gradient, classes, T{0});
        losses[r] = 0;
        continue;
      }
      const T top = *std::max_element(logits, logits + classes), logit = logits[targets[r]];
      for (std::size_t i = 0; i < classes; ++i) gradient[i] = elementary::exp(logits[i] - top);
      const T sum = sum_of<T>(classes, [=](std::size_t i) { return gradient[i]; });
      losses[r] = top + elementary::log(sum) - logit;
      for (std::size_t i = 0; i < classes; ++i) gradient[i] /= sum;
      gradient[targets[r]] -= 1;
      for (std::size_t i = 0; i < classes; ++i) gradient[i] /= used;
    }
  }
}

// The mean of these losses over the rows not ignored (NaN where all are), added up in the order of rows, and its gradient.
template <class T>
T cross_entropy(std::size_t rows, std::size_t classes, std::int32_t ignore, const T* logits,
                const std::int32_t* targets, T* gradient) {
  constexpr std::size_t together = 16;
  const auto used =
      static_cast<T>(rows - static_cast<std::size_t>(std::count(targets, targets + rows, ignore)));
  T loss = 0;
  for (std::size_t first = 0; first < rows; first += together) {
    const std::size_t count = std::min(together, rows - first);
    T losses[together];
    cross_entropy_rows(count, classes, ignore, used, logits + first * classes, targets + first,
                       gradient + first * classes, losses);
    for (std::size_t i = 0; i < count; ++i) loss += losses[i];
  }
  return loss / used;
}

}  // namespace qklab::kernels
