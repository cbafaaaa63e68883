// What turns a row of scores into attention weights: softmax, sparsemax, and softmax made piecewise
// linear. Each has forward(n, x, y) and backward(n, y, dy, dx), which accumulates and, as all three
// slopes can be told from the weights, needs no scores. n >= 1. A NaN or +inf score makes the
// row NaN (in PiecewiseSoftmax, +inf that one weight), so that divergence is seen.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "core/base/elementary.hpp"
#include "core/kernels/level.hpp"
#include "core/kernels/reduce.hpp"

namespace qklab::kernels {

// y_i = exp(x_i) / sum_j exp(x_j), by sum = sum_j exp(x_j - top). By SIMD in single precision.
struct Softmax {
  static constexpr const char* name = "softmax";
  template <class T> struct Terms { T top, sum; };

  static Terms<float> forward(std::size_t n, const float* x, float* y) {
    Terms<float> terms;
    level().softmax(n, x, y, &terms.top, &terms.sum);
    return terms;
  }
  static void backward(std::size_t n, const float* y, const float* dy, float* dx) {
    level().softmax_slope(n, y, dy, dx);
  }

  template <class T> static Terms<T> forward(std::size_t n, const T* __restrict x, T* __restrict y) {
    const T top = *std::max_element(x, x + n);
    for (std::size_t i = 0; i < n; ++i) y[i] = elementary::exp(x[i] - top);
    const T sum = sum_of<T>(n, [=](std::size_t i) { return y[i]; });
    for (std::size_t i = 0; i < n; ++i) y[i] /= sum;
    return {top, sum};
  }

  template <class T>
  static void backward(std::size_t n, const T* __restrict y, const T* __restrict dy, T* __restrict dx) {
    const T mean = sum_of<T>(n, [=](std::size_t i) { return y[i] * dy[i]; });
    for (std::size_t i = 0; i < n; ++i) dx[i] += y[i] * (dy[i] - mean);
  }
};

// The Euclidean projection on the simplex, y_i = max(x_i - tau, 0) with sum y = 1 (Martins & Astudillo
// 2016). tau by Michelot's fixed point (1986), which needs neither sorting nor scratch: what lies at or
// below the current tau leaves the support until none does, so it ends after n rounds at the most.
struct Sparsemax {
  static constexpr const char* name = "sparsemax";

  template <class T> static void forward(std::size_t n, const T* __restrict x, T* __restrict y) {
    const T top = *std::max_element(x, x + n);
    for (std::size_t i = 0; i < n; ++i) y[i] = x[i] - top;  // keeps sum - 1 exact where scores are large
    T sum = sum_of<T>(n, [=](std::size_t i) { return y[i]; });
    if (!std::isfinite(sum)) {
      std::fill(y, y + n, std::numeric_limits<T>::quiet_NaN());
      return;
    }
    std::size_t support = n;
    T tau = (sum - 1) / static_cast<T>(n);
    for (;;) {
      std::size_t inside = 0;
      sum = 0;
      for (std::size_t i = 0; i < n; ++i) {
        inside += y[i] > tau;
        sum += y[i] > tau ? y[i] : T{0};
      }
      if (inside >= support) break;
      support = inside;
      tau = (sum - 1) / static_cast<T>(inside);
    }
    for (std::size_t i = 0; i < n; ++i) y[i] = std::max(y[i] - tau, T{0});
  }

  template <class T>
  static void backward(std::size_t n, const T* __restrict y, const T* __restrict dy, T* __restrict dx) {
    const T support = sum_of<T>(n, [=](std::size_t i) { return y[i] > 0 ? T{1} : T{0}; });
    const T sum = sum_of<T>(n, [=](std::size_t i) {
      const T slope = dy[i];
      return y[i] > 0 ? slope : T{0};
    });
    for (std::size_t i = 0; i < n; ++i) dx[i] += y[i] > 0 ? dy[i] - sum / support : T{0};
  }
};

// The tangent of softmax at equal scores, kept within [0, 1]:
//     y_i = clip((1/n)(1 + x_i - mean x), 0, 1)       (weights need not sum to 1 where clipped)
struct PiecewiseSoftmax {
  static constexpr const char* name = "piecewise_softmax";

  template <class T> static void forward(std::size_t n, const T* __restrict x, T* __restrict y) {
    const T count = static_cast<T>(n);
    const T mean = sum_of<T>(n, [=](std::size_t i) { return x[i]; }) / count;
    for (std::size_t i = 0; i < n; ++i) {
      const T line = (1 + (x[i] - mean)) / count;
      y[i] = line <= 0 ? T{0} : line >= 1 ? T{1} : line;  // NaN stays NaN
    }
  }

  template <class T>
  static void backward(std::size_t n, const T* __restrict y, const T* __restrict dy, T* __restrict dx) {
    const T count = static_cast<T>(n);
    const auto inside = [=](std::size_t i) {
      const T slope = dy[i];
      return y[i] <= 0 || y[i] >= 1 ? T{0} : slope;
    };
    const T mean = sum_of<T>(n, inside) / count;
    for (std::size_t i = 0; i < n; ++i) dx[i] += (inside(i) - mean) / count;
  }
};

}  // namespace qklab::kernels
