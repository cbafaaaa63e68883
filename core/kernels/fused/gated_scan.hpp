// Gated linear attention along one sequence (Yang et al. 2024; Li et al. 2025): a state S (n, m) decays by
// gates and takes up one token after the other,
//     S_t = S_{t-1} diag(g_t) + v_t k_t^T,   o_t = S_t q_t,   S_{-1} = 0.
// q, k: [length, m]; v, o: [length, n]; gate: [length, gates], gates = m or 1 (one for all of S).
#pragma once

#include <algorithm>
#include <cstddef>

#include "core/kernels/reduce.hpp"

namespace qklab::kernels {

struct ScanSize {
  std::size_t length, m, n, gates;
};

namespace detail {
// next (n, m) = state diag(g) + v k^T; may be the same memory.
template <class T>
void scan_step(const ScanSize& size, const T* g, const T* k, const T* v, const T* state, T* next) {
  for (std::size_t i = 0; i < size.n; ++i) {
    for (std::size_t j = 0; j < size.m; ++j) {
      next[i * size.m + j] = state[i * size.m + j] * g[size.gates == 1 ? 0 : j] + v[i] * k[j];
    }
  }
}
}  // namespace detail

// state: scratch, [n, m].
template <class T>
void gated_scan(const ScanSize& size, const T* q, const T* k, const T* v, const T* gate, T* o, T* state) {
  std::fill_n(state, size.n * size.m, T{0});
  for (std::size_t t = 0; t < size.length; ++t) {
    const T* qt = q + t * size.m;
    detail::scan_step(size, gate + t * size.gates, k + t * size.m, v + t * size.n, state, state);
    for (std::size_t i = 0; i < size.n; ++i) {
      const T* row = state + i * size.m;
      o[t * size.n + i] = sum_of<T>(size.m, [=](std::size_t j) { return row[j] * qt[j]; });
    }
  }
}

// Computes the states again rather than keep them. dq, dk, dv, dgate accumulate and may be null.
// states: scratch, [length + 2, n, m].
template <class T>
void gated_scan_backward(const ScanSize& size, const T* q, const T* k, const T* v, const T* gate,
                         const T* d_o, T* dq, T* dk, T* dv, T* dgate, T* states) {
  const std::size_t area = size.n * size.m;
  std::fill_n(states, area, T{0});
  for (std::size_t t = 0; t < size.length; ++t) {
    detail::scan_step(size, gate + t * size.gates, k + t * size.m, v + t * size.n, states + t * area,
                      states + (t + 1) * area);
  }
  T* d = states + (size.length + 1) * area;  // d loss / d S_t, all later tokens included
  std::fill_n(d, area, T{0});
  for (std::size_t t = size.length; t-- > 0;) {
    const T *before = states + t * area, *after = before + area;
    for (std::size_t i = 0; i < size.n; ++i) {
      const T up = d_o[t * size.n + i], value = v[t * size.n + i];
      T dvalue = 0;
      for (std::size_t j = 0; j < size.m; ++j) {
        const std::size_t at = i * size.m + j, column = t * size.m + j;
        const std::size_t g = t * size.gates + (size.gates == 1 ? 0 : j);
        if (dq) dq[column] += after[at] * up;
        d[at] += up * q[column];
        dvalue += d[at] * k[column];
        if (dk) dk[column] += d[at] * value;
        if (dgate) dgate[g] += d[at] * before[at];
        d[at] *= gate[g];
      }
      if (dv) dv[t * size.n + i] += dvalue;
    }
  }
}

}  // namespace qklab::kernels
