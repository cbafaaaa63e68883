// Scalars that regularizers take from a square or rectangular matrix, and how they change with it.
#pragma once

#include <cmath>
#include <cstddef>

#include "core/base/elementary.hpp"
#include "core/kernels/reduce.hpp"

namespace qklab::kernels {

// w: [n, n].
template <class T> T trace(std::size_t n, const T* __restrict w) {
  return sum_of<T>(n, [=](std::size_t i) { return w[i * n + i]; });
}

// dw += dy I.
template <class T> void trace_backward(std::size_t n, T dy, T* __restrict dw) {
  for (std::size_t i = 0; i < n; ++i) dw[i * n + i] += dy;
}

// tr(w w) = sum_ij w_ij w_ji, without the product. w: [n, n].
template <class T> T trace_of_square(std::size_t n, const T* __restrict w) {
  T sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    sum += sum_of<T>(n, [=](std::size_t j) { return w[i * n + j] * w[j * n + i]; });
  }
  return sum;
}

// dw += 2 dy w^T.
template <class T>
void trace_of_square_backward(std::size_t n, const T* __restrict w, T dy, T* __restrict dw) {
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) dw[i * n + j] += 2 * dy * w[j * n + i];
  }
}

// One step of power iteration on w: [rows, columns]. Sets u = w v / |w v| and v = w^T u / |w^T u|, and
// yields |w^T u|, a lower bound of the largest singular value that converges to it. Where w v or w^T u
// is zero, u and v become zero and so is the result.
template <class T>
T power_step(std::size_t rows, std::size_t columns, const T* __restrict w, T* __restrict u, T* __restrict v) {
  const auto normalize = [](std::size_t n, T* x) {
    const T norm = std::sqrt(sum_of<T>(n, [=](std::size_t i) { return x[i] * x[i]; }));
    if (norm == 0) return norm;
    for (std::size_t i = 0; i < n; ++i) x[i] /= norm;
    return norm;
  };
  for (std::size_t i = 0; i < rows; ++i) {
    u[i] = sum_of<T>(columns, [=](std::size_t j) { return w[i * columns + j] * v[j]; });
  }
  normalize(rows, u);
  for (std::size_t j = 0; j < columns; ++j) v[j] = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) v[j] += u[i] * w[i * columns + j];
  }
  return normalize(columns, v);
}

// dw += dy u v^T.
template <class T>
void outer_backward(std::size_t rows, std::size_t columns, const T* __restrict u, const T* __restrict v, T dy,
                    T* __restrict dw) {
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) dw[i * columns + j] += dy * u[i] * v[j];
  }
}

// (1/p) sum |w_i|^p.
template <class T> T power_potential(std::size_t n, T p, const T* __restrict w) {
  return sum_of<T>(n, [=](std::size_t i) { return elementary::pow(std::abs(w[i]), p); }) / p;
}

// dw += dy sign(w) |w|^(p-1).
template <class T>
void power_potential_backward(std::size_t n, T p, const T* __restrict w, T dy, T* __restrict dw) {
  for (std::size_t i = 0; i < n; ++i) {
    dw[i] += w[i] == 0 ? T{0} : dy * std::copysign(elementary::pow(std::abs(w[i]), p - 1), w[i]);
  }
}

}  // namespace qklab::kernels
