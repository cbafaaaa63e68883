// Rows of scores: softmax and its slope.
#include <algorithm>

#include "core/kernels/level.hpp"
#include "core/kernels/simd/exponentials.hpp"
#include "core/kernels/simd/kernels.hpp"

namespace qklab::kernels::QKLAB_LEVEL {
namespace {

constexpr float least = -std::numeric_limits<float>::infinity();
constexpr std::size_t step = lanes<float>;

// x where the elements, begin .. of their row, are among the first n; else `other`.
QKLAB_INLINE Floats first(std::size_t n, std::size_t begin, const Floats& x, float other) {
  alignas(64) static constexpr float index[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  return select(Floats::load(index) < static_cast<float>(n - begin), x, Floats(other));
}

void softmax_row(std::size_t n, std::size_t seen, const float* x, float* y) {
  const std::size_t last = (n - 1) / step * step;  // where the last register begins
  const Floats end = first(n, last, Floats::load(x + last), least);
  Floats largest = end, total(0.0f);
  for (std::size_t j = 0; j < last; j += step) largest = larger(largest, Floats::load(x + j));
  const Floats shift(top(largest));
  for (std::size_t j = 0; j < last; j += step) {
    const Floats e = exp(Floats::load(x + j) - shift);
    total = total + e;
    e.store(y + j);
  }
  const Floats e = exp(end - shift);
  const Floats factor(1 / sum(total + e));
  for (std::size_t j = 0; j < last; j += step) (Floats::load(y + j) * factor).store(y + j);
  (e * factor).store(y + last);
  for (std::size_t j = last + step; j < seen; j += step) Floats(0.0f).store(y + j);
}

void softmax_slope_row(std::size_t n, std::size_t seen, const float* y, const float* dy, float* dx) {
  const std::size_t last = (n - 1) / step * step;
  const Floats weight = first(n, last, Floats::load(y + last), 0);
  const Floats upstream = first(n, last, Floats::load(dy + last), 0);
  Floats total = weight * upstream;
  for (std::size_t j = 0; j < last; j += step) total = fma(Floats::load(y + j), Floats::load(dy + j), total);
  const Floats mean(sum(total));
  for (std::size_t j = 0; j < last; j += step)
    (Floats::load(y + j) * (Floats::load(dy + j) - mean)).store(dx + j);
  (weight * (upstream - mean)).store(dx + last);
  for (std::size_t j = last + step; j < seen; j += step) Floats(0.0f).store(dx + j);
}

}  // namespace

void softmax(std::size_t n, const float* x, float* y, float* largest_of, float* sum_of) {
  const Exponentials terms = exponentials(n, x, y);
  *largest_of = terms.top;
  *sum_of = terms.sum;
  scale(n, 1 / terms.sum, y);
}

void softmax_slope(std::size_t n, const float* y, const float* dy, float* dx) {
  Floats total(0.0f);
  for_registers(n, [&](auto load, auto) { total = fma(load(y), load(dy), total); });
  const Floats mean(sum(total));
  for_registers(n, [&](auto load, auto store) { store(fma(load(y), load(dy) - mean, load(dx)), dx); });
}

void softmax_rows(const ScoreRows& of, const float* x, float* y) {
  for (int r = 0; r < of.rows; ++r, x += of.stride, y += of.stride)
    softmax_row(of.visible + static_cast<std::size_t>(r) * of.more, of.seen, x, y);
}

void softmax_slope_rows(const ScoreRows& of, const float* y, const float* dy, float* dx) {
  for (int r = 0; r < of.rows; ++r, y += of.stride, dy += of.stride, dx += of.stride)
    softmax_slope_row(of.visible + static_cast<std::size_t>(r) * of.more, of.seen, y, dy, dx);
}

}  // namespace qklab::kernels::QKLAB_LEVEL
