// Layer normalization of rows (Ba, Kiros, Hinton 2016):
//     y = gain * (x - mean x) / sqrt(var x + epsilon) + bias       (var: mean square, not n - 1)
#pragma once

#include <cmath>
#include <cstddef>

#include "core/kernels/level.hpp"
#include "core/kernels/reduce.hpp"

namespace qklab::kernels {

// x, y: [rows, n]; gain, bias: [n], or both null for none. Keeps mean and 1/sqrt(var + epsilon) of each
// row in kept: [rows, 2].
template <class T>
void layer_norm(std::size_t rows, std::size_t n, T epsilon, const T* __restrict x, const T* __restrict gain,
                const T* __restrict bias, T* __restrict y, T* __restrict kept) {
  const T count = static_cast<T>(n);
  for (std::size_t r = 0; r < rows; ++r, x += n, y += n, kept += 2) {
    const T mean = sum_of<T>(n, [=](std::size_t i) { return x[i]; }) / count;
    const T variance = sum_of<T>(n, [=](std::size_t i) { return (x[i] - mean) * (x[i] - mean); }) / count;
    const T scale = 1 / std::sqrt(variance + epsilon);
    for (std::size_t i = 0; i < n; ++i) y[i] = (x[i] - mean) * scale;
    if (gain) {
      for (std::size_t i = 0; i < n; ++i) y[i] = y[i] * gain[i] + bias[i];
    }
    kept[0] = mean;
    kept[1] = scale;
  }
}

// dx = beta dx + its part, dx not read where beta is 0. dx: [rows, n]; gain may be null, as above.
template <class T>
void layer_norm_backward_x(std::size_t rows, std::size_t n, const T* __restrict x, const T* __restrict gain,
                           const T* __restrict kept, const T* __restrict dy, T beta, T* __restrict dx) {
  const T count = static_cast<T>(n);
  for (std::size_t r = 0; r < rows; ++r, x += n, dy += n, dx += n, kept += 2) {
    const T mean = kept[0], scale = kept[1];
    const auto normal = [=](std::size_t i) { return (x[i] - mean) * scale; };
    const auto slope = [=](std::size_t i) { return gain ? dy[i] * gain[i] : dy[i]; };
    const T along_one = sum_of<T>(n, slope) / count;
    const T along_normal = sum_of<T>(n, [=](std::size_t i) { return slope(i) * normal(i); }) / count;
    for (std::size_t i = 0; i < n; ++i) {
      dx[i] = (beta == 0 ? 0 : beta * dx[i]) + scale * (slope(i) - along_one - normal(i) * along_normal);
    }
  }
}

// Adds to dgain and dbias, [n] each; null where not wanted.
template <class T>
void layer_norm_backward_parameters(std::size_t rows, std::size_t n, const T* __restrict x,
                                    const T* __restrict kept, const T* __restrict dy, T* __restrict dgain,
                                    T* __restrict dbias) {
  for (std::size_t r = 0; r < rows; ++r, x += n, dy += n, kept += 2) {
    const T mean = kept[0], scale = kept[1];
    for (std::size_t i = 0; dgain && i < n; ++i) dgain[i] += dy[i] * (x[i] - mean) * scale;
    for (std::size_t i = 0; dbias && i < n; ++i) dbias[i] += dy[i];
  }
}

// By SIMD in single precision, to rounding the same.
inline void layer_norm(std::size_t rows, std::size_t n, float epsilon, const float* x, const float* gain,
                       const float* bias, float* y, float* kept) {
  level().layer_norm(rows, n, epsilon, x, gain, bias, y, kept);
}
inline void layer_norm_backward_x(std::size_t rows, std::size_t n, const float* x, const float* gain,
                                  const float* kept, const float* dy, float beta, float* dx) {
  level().layer_norm_slope(rows, n, x, gain, kept, dy, beta, dx);
}
inline void layer_norm_backward_parameters(std::size_t rows, std::size_t n, const float* x, const float* kept,
                                           const float* dy, float* dgain, float* dbias) {
  level().layer_norm_parameters(rows, n, x, kept, dy, dgain, dbias);
}

}  // namespace qklab::kernels
