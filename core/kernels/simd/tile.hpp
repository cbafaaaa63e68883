// The innermost loop of every product: a few rows times one or two virtual registers of columns, held in
// registers while the inner dimension runs by. Each sum adds along the inner dimension from its beginning,
// by fma, whatever the shape of the tile.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "core/kernels/simd/register.hpp"

namespace qklab::kernels::QKLAB_LEVEL {

// As many sums as leave room for a row of b and one element of a in the registers that there are.
#if !defined(QKLAB_PORTABLE) && defined(__AVX512F__)
inline constexpr int tile_rows = 12, tile_width = 2;  // of 32 registers
#elif !defined(QKLAB_PORTABLE) && defined(__aarch64__)
inline constexpr int tile_rows = 6, tile_width = 1;  // of 32, four to a virtual one
#else
inline constexpr int tile_rows = 6, tile_width = 1;  // of 16, two to a virtual one
#endif
template <class T> inline constexpr int tile_columns = tile_width* lanes<T>;

// Element (i, p) of a stands at data[i * row + p * column], so that a transposed matrix is one as well.
template <class T> struct Strided {
  const T* data;
  std::ptrdiff_t row, column;

  Strided at(int i, int p) const { return {data + i * row + p * column, row, column}; }
};

// What becomes of the sums: c = alpha sum + beta c, c not read where beta is 0.
template <class T> struct Update {
  T alpha = 1, beta = 0;

  QKLAB_INLINE Part<T> operator()(const Part<T>& sum, const T* c) const {
    const Part<T> scaled = sum * Part<T>(alpha);
    return beta == 0 ? scaled : fma_part(Part<T>(beta), read_part(c), scaled);
  }
};

// Panels of b, k rows each with `step` from one to the next; the next one begins `next` after the last.
template <class T> struct Panels {
  const T* data;
  std::ptrdiff_t step, next;
  int count;
};

// c (rows, columns of all panels) = alpha a (rows, k) b + beta c, where ldc leads from row to row of c.
// `update` comes by reference, which leaves its two registers to the sums.
template <class T>
using Strip = void (*)(int k, Strided<T> a, Panels<T> b, const Update<T>& update, T* c, std::ptrdiff_t ldc);

// Panels of `width` virtual registers. Sums are an array of parts rather than of virtual registers, since g++
// 12 keeps the latter in memory.
template <class T, int rows, int width>
void strip(int k, Strided<T> a, Panels<T> b, const Update<T>& update, T* c, std::ptrdiff_t ldc) {
  constexpr int all = width * parts<T>, n = part_lanes<T>;
  for (int panel = 0; panel < b.count; ++panel, b.data += b.next, c += all * n) {
    Part<T> sum[rows][all];
    for (auto& row : sum) {
      for (Part<T>& part : row) part = Part<T>(T{0});
    }
    const T *x = a.data, *y = b.data;
    for (int p = 0; p < k; ++p, x += a.column, y += b.step) {
      Part<T> columns[all];
      for (int j = 0; j < all; ++j) columns[j] = read_part(y + j * n);
      for (int i = 0; i < rows; ++i) {
        const Part<T> factor(x[i * a.row]);
        for (int j = 0; j < all; ++j) sum[i][j] = fma_part(factor, columns[j], sum[i][j]);
      }
    }
    // Unrolled, so that no sum ever needs an address.
#pragma GCC unroll 16
    for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 4
      for (int j = 0; j < all; ++j) {
        T* out = c + i * ldc + j * n;
        write_part(update(sum[i][j], out), out);
      }
    }
  }
}

template <class T, int width, int... rows>
constexpr std::array<Strip<T>, sizeof...(rows)> strips(std::integer_sequence<int, rows...>) {
  return {strip<T, rows + 1, width>...};
}

// The loop for that many rows, 1 to tile_rows, and panels of `width` virtual registers.
template <class T, int width> Strip<T> strip_of(int rows) {
  static constexpr auto table = strips<T, width>(std::make_integer_sequence<int, tile_rows>());
  return table[static_cast<std::size_t>(rows - 1)];
}

}  // namespace qklab::kernels::QKLAB_LEVEL
