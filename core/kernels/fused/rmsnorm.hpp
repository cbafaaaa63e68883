// Root mean square normalization of rows (Zhang & Sennrich 2019, arXiv 1910.07467):
//     y = gain * x / sqrt(mean x^2 + epsilon)
#pragma once

#include <cmath>
#include <cstddef>

#include "core/kernels/reduce.hpp"

namespace qklab::kernels {

// x, y: [rows, n]; gain: [n]. Keeps 1/sqrt(mean x^2 + epsilon) of each row in kept: [rows].
template <class T>
void rms_norm(std::size_t rows, std::size_t n, T epsilon, const T* __restrict x, const T* __restrict gain,
              T* __restrict y, T* __restrict kept) {
  for (std::size_t r = 0; r < rows; ++r, x += n, y += n) {
    const T squares = sum_of<T>(n, [=](std::size_t i) { return x[i] * x[i]; });
    const T scale = 1 / std::sqrt(squares / static_cast<T>(n) + epsilon);
    for (std::size_t i = 0; i < n; ++i) y[i] = x[i] * scale * gain[i];
    kept[r] = scale;
  }
}

// dx = beta dx + its part, dx not read where beta is 0: with s the kept scale and u = gain dy,
//     s u - x s^3 mean(u x)
template <class T>
void rms_norm_backward_x(std::size_t rows, std::size_t n, const T* __restrict x, const T* __restrict gain,
                         const T* __restrict kept, const T* __restrict dy, T beta, T* __restrict dx) {
  for (std::size_t r = 0; r < rows; ++r, x += n, dy += n, dx += n) {
    const T scale = kept[r];
    const T along = sum_of<T>(n, [=](std::size_t i) { return dy[i] * gain[i] * x[i]; });
    const T tilt = along / static_cast<T>(n) * scale * scale;
    for (std::size_t i = 0; i < n; ++i) {
      const T part = scale * (dy[i] * gain[i] - x[i] * tilt);
      dx[i] = beta == 0 ? part : beta * dx[i] + part;
    }
  }
}

// Adds to dgain: [n].
template <class T>
void rms_norm_backward_gain(std::size_t rows, std::size_t n, const T* __restrict x, const T* __restrict kept,
                            const T* __restrict dy, T* __restrict dgain) {
  for (std::size_t r = 0; r < rows; ++r, x += n, dy += n) {
    for (std::size_t i = 0; i < n; ++i) dgain[i] += dy[i] * x[i] * kept[r];
  }
}

}  // namespace qklab::kernels
