// Euclidean projections onto the matrices of a given trace.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>

namespace qklab::nn {

// w: (n, n) becomes the nearest matrix with tr(w) = trace, by a shift of the diagonal.
template <class T> void hold_trace(std::span<T> w, std::size_t n, double trace) {
  double now = 0;
  for (std::size_t i = 0; i < n; ++i) now += static_cast<double>(w[i * n + i]);
  const double shift = (trace - now) / static_cast<double>(n);
  for (std::size_t i = 0; i < n; ++i)
    w[i * n + i] = static_cast<T>(static_cast<double>(w[i * n + i]) + shift);
}

// q, k: a head's rows of W_q and W_k. They become the nearest pair (in |q' - q|^2 + |k' - k|^2) with
// tr(W_q^T W_k) = <q, k> = trace. Lagrange's conditions q' - q = s k', k' - k = s q' give
//     q' + k' = (q + k) / (1 - s),  q' - k' = (q - k) / (1 + s),
//     4 <q', k'> = |q + k|^2 / (1 - s)^2 - |q - k|^2 / (1 + s)^2,
// which rises from -inf to inf as s goes from -1 to 1 unless q = k or q = -k; the root is found by
// bisection. Where no s in (-1, 1) reaches the trace, q and k are left as they are.
template <class T> void hold_trace(std::span<T> q, std::span<T> k, double trace) {
  double sum = 0, difference = 0;  // |q + k|^2, |q - k|^2
  for (std::size_t i = 0; i < q.size(); ++i) {
    const auto a = static_cast<double>(q[i]), b = static_cast<double>(k[i]);
    sum += (a + b) * (a + b);
    difference += (a - b) * (a - b);
  }
  const auto excess = [&](double s) {
    return sum / ((1 - s) * (1 - s)) - difference / ((1 + s) * (1 + s)) - 4 * trace;
  };
  double low = -1 + 1e-12, high = 1 - 1e-12;
  if (!(excess(low) <= 0 && excess(high) >= 0)) return;
  for (int i = 0; i < 100; ++i) {
    const double middle = (low + high) / 2;
    (excess(middle) < 0 ? low : high) = middle;
  }
  const double s = (low + high) / 2;
  for (std::size_t i = 0; i < q.size(); ++i) {
    const auto a = static_cast<double>(q[i]), b = static_cast<double>(k[i]);
    const double plus = (a + b) / (1 - s), minus = (a - b) / (1 + s);
    q[i] = static_cast<T>((plus + minus) / 2);
    k[i] = static_cast<T>((plus - minus) / 2);
  }
}

// Where k is not the head's alone: q becomes the nearest one with <q, k> = trace, by a shift along k. Where
// k = 0 it is left as it is.
template <class T> void hold_trace_by_query(std::span<T> q, std::span<const T> k, double trace) {
  double now = 0, square = 0;
  for (std::size_t i = 0; i < q.size(); ++i) {
    const auto a = static_cast<double>(q[i]), b = static_cast<double>(k[i]);
    now += a * b;
    square += b * b;
  }
  if (square == 0) return;
  for (std::size_t i = 0; i < q.size(); ++i)
    q[i] = static_cast<T>(static_cast<double>(q[i]) + (trace - now) / square * static_cast<double>(k[i]));
}

}  // namespace qklab::nn
