// Rotary positions (Su et al. 2021, arXiv 2104.09864): coordinates i and i + m/2 of each head's m are turned together by
// an angle that belongs to the position and to i.
#pragma once

#include <cstddef>

namespace qklab::kernels {

// y = the turned x of one position, which hold `heads` of `width` numbers side by side. cosine, sine: (width / 2).
template <class T>
void rotate(std::size_t heads, std::size_t width, const T* __restrict cosine, const T* __restrict sine,
            const T* __restrict x, T* __restrict y) {
  const std::size_t half = width / 2;
  for (std::size_t h = 0; h < heads; ++h, x += width, y += width) {
    for (std::size_t i = 0; i < half; ++i) {
      y[i] = x[i] * cosine[i] - x[i + half] * sine[i];
      y[i + half] = x[i + half] * cosine[i] + x[i] * sine[i];
    }
  }
}

// dx = beta dx + dy turned back, dx not read where beta is 0.
template <class T>
void rotate_backward(std::size_t heads, std::size_t width, const T* __restrict cosine,
                     const T* __restrict sine, const T* __restrict dy, T beta, T* __restrict dx) {
  const std::size_t half = width / 2;
  for (std::size_t h = 0; h < heads; ++h, dy += width, dx += width) {
    for (std::size_t i = 0; i < half; ++i) {
      const T a = dy[i] * cosine[i] + dy[i + half] * sine[i], b = dy[i + half] * cosine[i] - dy[i] * sine[i];
      dx[i] = beta == 0 ? a : beta * dx[i] + a;
      dx[i + half] = beta == 0 ? b : beta * dx[i + half] + b;
    }
  }
}

}  // namespace qklab::kernels
