// GELU after a bias, with its slope on the way, as both come from one exponential.
#pragma once

#include <cstddef>

#include "core/kernels/elementwise.hpp"

namespace qklab::kernels {

// z = x + bias, y = z Phi(z); x becomes dy/dz. x, y: [rows, n]; bias: [n], or null for none.
template <class T> void gelu_with_slope(std::size_t rows, std::size_t n, T* x, const T* bias, T* y) {
  for (std::size_t r = 0; r < rows; ++r, x += n, y += n) {
    for (std::size_t i = 0; i < n; ++i) {
      const T z = bias ? x[i] + bias[i] : x[i];
      y[i] = Gelu::value(z);
      x[i] = Gelu::slope(z, y[i]);
    }
  }
}
void gelu_with_slope(std::size_t rows, std::size_t n, float* x, const float* bias, float* y);  // by SIMD

}  // namespace qklab::kernels
