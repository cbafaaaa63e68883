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

// Panels of b, each (k, tile_columns) with rows `step` apart; the next one begins `next` after the last.
struct Panels {
  const float* data;
  std::ptrdiff_t step, next;
  int count;
};

// c (rows, count tile_columns) = alpha a (rows, k) b + beta c, where ldc leads from row to row of c.
// `update` comes by reference, which leaves its two registers to the sums.
using Strip = void (*)(int k, Strided a, Panels b, const Update& update, float* c, std::ptrdiff_t ldc);

namespace detail {

template <int rows>
void strip(int k, Strided a, Panels b, const Update& update, float* c, std::ptrdiff_t ldc) {
  for (int panel = 0; panel < b.count; ++panel, b.data += b.next, c += tile_columns) {
    Batch sum[rows][2];
    for (auto& row : sum) row[0] = row[1] = Batch(0.0f);
    const float *x = a.data, *y = b.data;
    for (int p = 0; p < k; ++p, x += a.column, y += b.step) {
      const Batch y0 = Batch::load_unaligned(y), y1 = Batch::load_unaligned(y + lanes);
      for (int i = 0; i < rows; ++i) {
        const Batch factor(x[i * a.row]);
        sum[i][0] = xsimd::fma(factor, y0, sum[i][0]);
        sum[i][1] = xsimd::fma(factor, y1, sum[i][1]);
      }
    }
    for (int i = 0; i < rows; ++i) {
      float* out = c + i * ldc;
      update(sum[i][0], out).store_unaligned(out);
      update(sum[i][1], out + lanes).store_unaligned(out + lanes);
    }
  }
}

template <int... rows>
constexpr std::array<Strip, sizeof...(rows)> strips(std::integer_sequence<int, rows...>) {
  return {strip<rows + 1>...};
}

}  // namespace detail

// The loop for that many rows, 1 to tile_rows.
inline Strip strip_of(int rows) {
  static constexpr auto table = detail::strips(std::make_integer_sequence<int, tile_rows>());
  return table[static_cast<std::size_t>(rows - 1)];
}

}  // namespace qklab::kernels
