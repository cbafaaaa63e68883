#include "core/kernels/attention.hpp"

#include <limits>

namespace qklab::kernels {
namespace {

// x where the elements, begin .. of their row, are among the first n; else `other`.
Batch first(std::size_t n, std::size_t begin, Batch x, float other) {
  static const Batch index = [] {
    alignas(64) float numbers[lanes];
    for (int i = 0; i < lanes; ++i) numbers[i] = static_cast<float>(i);
    return Batch::load_aligned(numbers);
  }();
  return xsimd::select(index < Batch(static_cast<float>(n - begin)), x, Batch(other));
}

}  // namespace

void softmax_row(std::size_t n, std::size_t seen, const float* x, float* y) {
  constexpr float least = -std::numeric_limits<float>::infinity();
  const std::size_t last = (n - 1) / lanes * lanes;  // where the last register begins
  const Batch end = first(n, last, Batch::load_unaligned(x + last), least);
  Batch largest = end, total(0.0f);
  for (std::size_t j = 0; j < last; j += lanes) largest = xsimd::max(largest, Batch::load_unaligned(x + j));
  const Batch shift(top(largest));
  for (std::size_t j = 0; j < last; j += lanes) {
    const Batch e = xsimd::exp(Batch::load_unaligned(x + j) - shift);
    total += e;
    e.store_unaligned(y + j);
  }
  const Batch e = xsimd::exp(end - shift);
  const Batch factor(1 / xsimd::hadd(total + e));
  for (std::size_t j = 0; j < last; j += lanes)
    (Batch::load_unaligned(y + j) * factor).store_unaligned(y + j);
  (e * factor).store_unaligned(y + last);
  for (std::size_t j = last + lanes; j < seen; j += lanes) Batch(0.0f).store_unaligned(y + j);
}

void softmax_slope_row(std::size_t n, std::size_t seen, const float* y, const float* dy, float* dx) {
  const std::size_t last = (n - 1) / lanes * lanes;
  const Batch weight = first(n, last, Batch::load_unaligned(y + last), 0);
  const Batch upstream = first(n, last, Batch::load_unaligned(dy + last), 0);
  Batch total = weight * upstream;
  for (std::size_t j = 0; j < last; j += lanes) {
    total = xsimd::fma(Batch::load_unaligned(y + j), Batch::load_unaligned(dy + j), total);
  }
  const Batch mean(xsimd::hadd(total));
  for (std::size_t j = 0; j < last; j += lanes) {
    (Batch::load_unaligned(y + j) * (Batch::load_unaligned(dy + j) - mean)).store_unaligned(dx + j);
  }
  (weight * (upstream - mean)).store_unaligned(dx + last);
  for (std::size_t j = last + lanes; j < seen; j += lanes) Batch(0.0f).store_unaligned(dx + j);
}

}  // namespace qklab::kernels
