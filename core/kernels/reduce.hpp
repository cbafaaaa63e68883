// Sums over index ranges, in an order that depends on the length alone.
#pragma once

#include <cstddef>

namespace qklab::kernels {

// sum over i < n of term(i). One cache line of independent partial sums, because the compiler may not
// reorder a single running sum and so could not use SIMD lanes for it; the error is smaller as well.
// A term reads memory before it decides what of it counts: with AVX2, g++ 12 at -O3 loses lanes of doubles
// that are loaded under a condition (`y[i] > 0 ? x[i] : 0`), and gives a wrong sum.
template <class T, class Term> T sum_of(std::size_t n, Term term) {
  constexpr std::size_t lanes = 64 / sizeof(T);
  T part[lanes] = {};
  std::size_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    for (std::size_t l = 0; l < lanes; ++l) part[l] += term(i + l);
  }
  for (std::size_t l = 0; i + l < n; ++l) part[l] += term(i + l);
  T sum = 0;
  for (std::size_t l = 0; l < lanes; ++l) sum += part[l];
  return sum;
}

}  // namespace qklab::kernels
