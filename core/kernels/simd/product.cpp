// Blocking after Goto and van de Geijn (2008), with one difference: matrices are packed only where they
// are not already laid out as the tile reads them, because at these sizes packing costs as much as it gains.
#include "core/kernels/simd/kernels.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "core/kernels/simd/tile.hpp"

namespace qklab::kernels::QKLAB_LEVEL {
namespace {

template <class T>
constexpr int column_block =
    static_cast<int>(packing_bytes / sizeof(T)) / inner_block;  // all panels of a block stay in L2
constexpr int packing_columns = 64;  // from here on, a transposed strip of a is worth a copy
constexpr int direct_rows = 48;      // below, b is read too seldom to be worth a copy

// Panels of tile_columns columns of op(b), (k, columns), one after the other; the last is filled up with 0.
template <class T> void pack(bool transposed, int k, int columns, const T* b, std::ptrdiff_t ldb, T* out) {
  constexpr int panel = tile_columns<T>;
  for (int j = 0; j < columns; j += panel, out += k * panel) {
    const int width = std::min(panel, columns - j);
    if (width < panel) std::fill_n(out, k * panel, T{0});
    if (transposed) {
      transpose(width, k, b + j * ldb, ldb, out, std::ptrdiff_t{panel});
    } else if (width == panel) {
      for (int p = 0; p < k; ++p) {
        const T* from = b + p * ldb + j;
        for (int l = 0; l < panel; l += lanes<T>) Register<T>::load(from + l).store(out + p * panel + l);
      }
    } else {
      for (int p = 0; p < k; ++p) std::copy_n(b + p * ldb + j, width, out + p * panel);
    }
  }
}

// A strip of a transposed a, so that the rows of one column lie together. Where `room` rows of a column may
// be read, whole registers are copied, each over the surplus of the last.
template <class T> Strided<T> pack_strip(int rows, int room, int k, Strided<T> a, T* out) {
  constexpr int width = (tile_rows + lanes<T> - 1) / lanes<T> * lanes<T>;
  for (int p = 0; p < k; ++p) {
    const T* from = a.data + p * a.column;
    T* to = out + p * rows;
    if (room >= width) {
      for (int i = 0; i < width; i += lanes<T>) Register<T>::load(from + i).store(to + i);
    } else {
      for (int i = 0; i < rows; ++i) to[i] = from[i];
    }
  }
  return {out, 1, rows};
}

// What is left of less than a register goes through a buffer, since a strip writes all its columns.
template <class T>
void multiply_edge(int rows, int columns, int k, Strided<T> a, Panels<T> b, const Update<T>& update, T* c,
                   std::ptrdiff_t ldc) {
  alignas(64) T whole[tile_rows * lanes<T>];
  strip_of<T, 1>(rows)(k, a, b, {update.alpha, 0}, whole, lanes<T>);
  for (int i = 0; i < rows; ++i, c += ldc) {
    const T* sum = whole + i * lanes<T>;
    for (int j = 0; j < columns; ++j) c[j] = update.beta == 0 ? sum[j] : std::fma(update.beta, c[j], sum[j]);
  }
}

}  // namespace

template <class T>
void transpose(int rows, int columns, const T* x, std::ptrdiff_t ldx, T* y, std::ptrdiff_t ldy) {
  const int whole_rows = rows - rows % 4, whole_columns = columns - columns % 4;
  for (int i = 0; i < whole_rows; i += 4) {
    for (int j = 0; j < whole_columns; j += 4) {
#if !defined(QKLAB_PORTABLE) && defined(__SSE2__)
      if constexpr (sizeof(T) == 4) {
        __m128 r0 = _mm_loadu_ps(x + i * ldx + j), r1 = _mm_loadu_ps(x + (i + 1) * ldx + j);
        __m128 r2 = _mm_loadu_ps(x + (i + 2) * ldx + j), r3 = _mm_loadu_ps(x + (i + 3) * ldx + j);
        _MM_TRANSPOSE4_PS(r0, r1, r2, r3);
        T* out = y + j * ldy + i;
        _mm_storeu_ps(out, r0);
        _mm_storeu_ps(out + ldy, r1);
        _mm_storeu_ps(out + 2 * ldy, r2);
        _mm_storeu_ps(out + 3 * ldy, r3);
        continue;
      }
#endif
      for (int l = 0; l < 4; ++l) {
        for (int m = 0; m < 4; ++m) y[(j + l) * ldy + i + m] = x[(i + m) * ldx + j + l];
      }
    }
    for (int j = whole_columns; j < columns; ++j) {
      for (int l = i; l < i + 4; ++l) y[j * ldy + l] = x[l * ldx + j];
    }
  }
  for (int i = whole_rows; i < rows; ++i) {
    for (int j = 0; j < columns; ++j) y[j * ldy + i] = x[i * ldx + j];
  }
}

template <class T> void product(const Product<T>& of) {
  constexpr int panel = tile_columns<T>, single_columns = lanes<T>;
  const auto [transpose_a, transpose_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc] = of;
  const Strided<T> rows_of_a = transpose_a ? Strided<T>{a, 1, lda} : Strided<T>{a, lda, 1};
  alignas(64) T strip_of_a[inner_block * tile_rows + 2 * lanes<T>];
  T* const packed = static_cast<T*>(packing_room());
  int p0 = 0;
  do {  // once even where k is 0, for beta
    const int depth = std::min(inner_block, k - p0);
    const Update<T> update{alpha, p0 == 0 ? beta : 1};
    for (int j0 = 0; j0 < n; j0 += column_block<T>) {
      const int width = std::min(column_block<T>, n - j0), whole = width - width % panel;
      const int narrow = tile_width == 1 ? 0 : (width - whole) / single_columns * single_columns;
      const int edge = width - whole - narrow;
      const T* block = transpose_b ? b + j0 * ldb + p0 : b + p0 * ldb + j0;
      const bool direct = !transpose_b && m <= direct_rows;
      const int first_packed = direct ? whole + narrow : 0;  // an edge always is
      pack(transpose_b, depth, width - first_packed,
           block + (transpose_b ? first_packed * ldb : first_packed), ldb, packed);
      const int panels = whole / panel;
      const Panels<T> wide =
          direct ? Panels<T>{block, ldb, panel, panels} : Panels<T>{packed, panel, depth * panel, panels};
      const Panels<T> single =
          direct ? Panels<T>{block + whole, ldb, 0, 1} : Panels<T>{packed + whole * depth, panel, 0, 1};
      const Panels<T> rest{direct ? packed : single.data + narrow, panel, 0, 1};
      for (int i = 0, strips = (m + tile_rows - 1) / tile_rows; strips > 0; --strips) {
        const int rows = (m - i + strips - 1) / strips;  // even: a strip of one row waits for its own sums
        Strided<T> strip = rows_of_a.at(i, p0);
        if (transpose_a && n >= packing_columns) strip = pack_strip(rows, m - i, depth, strip, strip_of_a);
        T* out = c + i * ldc + j0;
        strip_of<T, tile_width>(rows)(depth, strip, wide, update, out, ldc);
        if (narrow > 0) strip_of<T, 1>(rows)(depth, strip, single, update, out + whole, ldc);
        if (edge > 0) multiply_edge(rows, edge, depth, strip, rest, update, out + whole + narrow, ldc);
        i += rows;
      }
    }
    p0 += depth;
  } while (p0 < k);
}

template void product(const Product<float>&);
template void product(const Product<double>&);
template void transpose(int, int, const float*, std::ptrdiff_t, float*, std::ptrdiff_t);
template void transpose(int, int, const double*, std::ptrdiff_t, double*, std::ptrdiff_t);

}  // namespace qklab::kernels::QKLAB_LEVEL
