// Copies between layouts, each with the accumulating twin that its backward pass needs.
#pragma once

#include <algorithm>
#include <cstddef>

namespace qklab::kernels {

struct Assign {
  template <class T> static void run(std::size_t n, const T* __restrict x, T* __restrict y) {
    std::copy_n(x, n, y);
  }
};

struct Accumulate {
  template <class T> static void run(std::size_t n, const T* __restrict x, T* __restrict y) {
    for (std::size_t i = 0; i < n; ++i) y[i] += x[i];
  }
};

// `count` runs of `length` elements, from x + k x_step to y + k y_step.
template <class Store, class T>
void copy_runs(std::size_t count, std::size_t length, const T* x, std::size_t x_step, T* y,
               std::size_t y_step) {
  for (std::size_t k = 0; k < count; ++k) Store::run(length, x + k * x_step, y + k * y_step);
}

// x: [outer, a, middle, b, inner] to y: [outer, b, middle, a, inner]. Swapping a and b undoes it.
template <class Store, class T>
void swap_axes(std::size_t outer, std::size_t a, std::size_t middle, std::size_t b, std::size_t inner,
               const T* x, T* y) {
  for (std::size_t o = 0; o < outer; ++o, x += a * middle * b * inner) {
    for (std::size_t j = 0; j < b; ++j) {
      for (std::size_t m = 0; m < middle; ++m, y += a * inner) {
        copy_runs<Store>(a, inner, x + (m * b + j) * inner, middle * b * inner, y, inner);
      }
    }
  }
}

}  // namespace qklab::kernels
