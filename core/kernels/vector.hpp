// What fused loops share: a loop over SIMD registers with the rest of a row as a partly filled one, and
// functions of a register with their errors, which tests/kernels/vector.cpp measures.
//
// exp, tanh and erf are xsimd's: within 2, 2 and 3 units in the last place of a float.
#pragma once

#include <algorithm>
#include <cstddef>
#include <xsimd/xsimd.hpp>

namespace qklab::kernels {

using Batch = xsimd::batch<float>;
inline constexpr int lanes = static_cast<int>(Batch::size);

// The first `count` < lanes elements, the others `fill`.
inline Batch load_part(const float* x, std::size_t count, float fill = 0) {
  alignas(64) float buffer[lanes];
  std::fill(std::copy_n(x, count, buffer), buffer + lanes, fill);
  return Batch::load_aligned(buffer);
}
inline void store_part(Batch y, float* out, std::size_t count) {
  alignas(64) float buffer[lanes];
  y.store_aligned(buffer);
  std::copy_n(buffer, count, out);
}

// Calls body(load, store) for each register of rows of n, the last one possibly partly filled: load(x, fill =
// 0) yields the elements of row x that are next, and store(value, y) writes them to y.
template <class Body> void for_batches(std::size_t n, Body body) {
  std::size_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    body([i](const float* x, float = 0) { return Batch::load_unaligned(x + i); },
         [i](Batch value, float* y) { value.store_unaligned(y + i); });
  }
  if (i < n) {
    const std::size_t count = n - i;
    body([i, count](const float* x, float fill = 0) { return load_part(x + i, count, fill); },
         [i, count](Batch value, float* y) { store_part(value, y + i, count); });
  }
}

// The largest element of a register without NaN.
inline float top(Batch x) {
  alignas(64) float buffer[lanes];
  x.store_aligned(buffer);
  return *std::max_element(buffer, buffer + lanes);
}

// The normal distribution function, within 6 units in the last place for x >= -1 and (6 + x^2) below, and its
// density.
struct Normal {
  Batch distribution, density;
};
inline Normal normal(Batch x) {
  // Phi(-|x|) exp(x^2/2) as a polynomial in 1 / (1 + c |x|), least relative error on |x| <= 14.
  const Batch t = Batch(1.0f) / xsimd::fma(Batch(0.477297077f), xsimd::abs(x), Batch(1.0f));
  Batch p(0.0521192066f);
  for (const float c : {-0.275941073f, 0.578511543f, -0.54879298f, 0.146027742f, 0.0138237209f, 0.153971132f,
                        0.189847388f, 0.190433336f})
    p = xsimd::fma(p, t, Batch(c));
  const Batch e = xsimd::exp(Batch(-0.5f) * x * x);
  const Batch tail = p * t * e;
  return {xsimd::select(x < Batch(0.0f), tail, Batch(1.0f) - tail), e * Batch(0.398942280f)};
}

}  // namespace qklab::kernels
