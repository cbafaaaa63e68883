// The innermost loop of every single-precision product: a few rows times two SIMD registers of columns,
// held in registers while the inner dimension runs by.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "core/kernels/vector.hpp"

namespace qklab::kernels {

inline constexpr int tile_columns = 2 * lanes;
// As many rows as keep the sums, a row of b and one element of a in the 16 or 32 registers that there are.
inline constexpr int tile_rows = lanes == 16 ? 12 : 6;

// Element (i, p) of a stands at data[i * row + p * column], so that a transposed matrix is one as well.
struct Strided {
  const float* data;
  std::ptrdiff_t row, column;

  Strided at(int i, int p) const { return {data + i * row + p * column, row, column}; }
};

// What becomes of the sums: c = alpha sum + beta c, c not read where beta is 0.
struct Update {
  float alpha = 1, beta = 0;

  Batch operator()(Batch sum, const float* c) const {
    sum *= Batch(alpha);
    return beta == 0 ? sum : xsimd::fma(Batch(beta), Batch::load_unaligned(c), sum);
  }
};

// Panels of b, k rows each with `step` from one to the next; the next one begins `next` after the last.
struct Panels {
  const float* data;
  std::ptrdiff_t step, next;
  int count;
};

// c (rows, columns of all panels) = alpha a (rows, k) b + beta c, where ldc leads from row to row of c.
// `update` comes by reference, which leaves its two registers to the sums.
using Strip = void (*)(int k, Strided a, Panels b, const Update& update, float* c, std::ptrdiff_t ldc);

namespace detail {

// Panels of `width` registers, 1 or 2.
template <int rows, int width>
void strip(int k, Strided a, Panels b, const Update& update, float* c, std::ptrdiff_t ldc) {
  for (int panel = 0; panel < b.count; ++panel, b.data += b.next, c += width * lanes) {
    Batch sum[rows][width];
    for (auto& row : sum) std::fill_n(row, width, Batch(0.0f));
    const float *x = a.data, *y = b.data;
    for (int p = 0; p < k; ++p, x += a.column, y += b.step) {
      const Batch first = Batch::load_unaligned(y), last = Batch::load_unaligned(y + (width - 1) * lanes);
      for (int i = 0; i < rows; ++i) {
        const Batch factor(x[i * a.row]);
        sum[i][0] = xsimd::fma(factor, first, sum[i][0]);
        if constexpr (width == 2) sum[i][1] = xsimd::fma(factor, last, sum[i][1]);
      }
    }
    for (int i = 0; i < rows; ++i) {
      for (int j = 0; j < width; ++j) {
        float* out = c + i * ldc + j * lanes;
        update(sum[i][j], out).store_unaligned(out);
      }
    }
  }
}

template <int width, int... rows>
constexpr std::array<Strip, sizeof...(rows)> strips(std::integer_sequence<int, rows...>) {
  return {strip<rows + 1, width>...};
}

}  // namespace detail

// The loop for that many rows, 1 to tile_rows, and panels of tile_columns, or of one register.
inline Strip strip_of(int rows) {
  static constexpr auto table = detail::strips<2>(std::make_integer_sequence<int, tile_rows>());
  return table[static_cast<std::size_t>(rows - 1)];
}
inline Strip narrow_strip_of(int rows) {
  static constexpr auto table = detail::strips<1>(std::make_integer_sequence<int, tile_rows>());
  return table[static_cast<std::size_t>(rows - 1)];
}

}  // namespace qklab::kernels
