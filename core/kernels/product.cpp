// Blocking after Goto and van de Geijn (2008), with one difference: matrices are packed only where they
// are not already laid out as the tile reads them, because at these sizes packing costs as much as it gains.
#include "core/kernels/product.hpp"

#include <cstddef>

#include "core/kernels/tile.hpp"

namespace qklab::kernels {
namespace {

constexpr int inner_block = 256;                   // a panel of b of this many rows stays in L1
constexpr int column_block = 32 * tile_columns;    // and all panels of a block in L2
constexpr int packing_columns = 4 * tile_columns;  // from here on, a transposed strip of a is worth a copy
constexpr int direct_rows = 48;                    // below, b is read too seldom to be worth a copy

using Quad = xsimd::make_sized_batch_t<float, 4>;  // interleaving wider registers differs by architecture

alignas(64) thread_local float packed_b[inner_block * column_block];

// A square of four rows and columns, by two rounds of interleaving row i with row i + 2.
void transpose_square(const float* x, std::ptrdiff_t ldx, float* y, std::ptrdiff_t ldy) {
  Quad rows[4];
  for (int i = 0; i < 4; ++i) rows[i] = Quad::load_unaligned(x + i * ldx);
  for (int round = 0; round < 2; ++round) {
    const Quad even[2] = {rows[0], rows[2]}, odd[2] = {rows[1], rows[3]};
    rows[0] = xsimd::zip_lo(even[0], even[1]);
    rows[1] = xsimd::zip_hi(even[0], even[1]);
    rows[2] = xsimd::zip_lo(odd[0], odd[1]);
    rows[3] = xsimd::zip_hi(odd[0], odd[1]);
  }
  for (int i = 0; i < 4; ++i) rows[i].store_unaligned(y + i * ldy);
}

// Panels of tile_columns columns of op(b), (k, columns), one after the other; the last is filled up with 0.
void pack(bool transposed, int k, int columns, const float* b, std::ptrdiff_t ldb, float* out) {
  for (int j = 0; j < columns; j += tile_columns, out += k * tile_columns) {
    const int width = std::min(tile_columns, columns - j);
    if (width < tile_columns) std::fill_n(out, k * tile_columns, 0.0f);
    if (transposed) {
      transpose(width, k, b + j * ldb, static_cast<int>(ldb), out, tile_columns);
    } else {
      for (int p = 0; p < k; ++p) std::copy_n(b + p * ldb + j, width, out + p * tile_columns);
    }
  }
}

// A strip of a transposed a, so that the rows of one column lie together. Where `room` rows of a column may
// be read, whole registers are copied, each over the surplus of the last.
Strided pack_strip(int rows, int room, int k, Strided a, float* out) {
  constexpr int width = (tile_rows + lanes - 1) / lanes * lanes;
  for (int p = 0; p < k; ++p) {
    const float* from = a.data + p * a.column;
    float* to = out + p * rows;
    if (room >= width) {
      for (int i = 0; i < width; i += lanes) Batch::load_unaligned(from + i).store_unaligned(to + i);
    } else {
      for (int i = 0; i < rows; ++i) to[i] = from[i];
    }
  }
  return {out, 1, rows};
}

// What is left of less than a register goes through a buffer, since a strip writes all its columns.
void multiply_edge(int rows, int columns, int k, Strided a, const float* b, Update update, float* c,
                   std::ptrdiff_t ldc) {
  alignas(64) float whole[tile_rows * lanes];
  narrow_strip_of(rows)(k, a, {b, tile_columns, 0, 1}, {update.alpha, 0}, whole, lanes);
  for (int i = 0; i < rows; ++i, c += ldc) {
    for (int j = 0; j < columns; ++j) {
      const float old = update.beta == 0 ? 0 : update.beta * c[j];
      c[j] = old + whole[i * lanes + j];
    }
  }
}

}  // namespace

void transpose(int rows, int columns, const float* x, int ldx, float* y, int ldy) {
  const int whole_rows = rows - rows % 4, whole_columns = columns - columns % 4;
  const std::ptrdiff_t step_x = ldx, step_y = ldy;
  for (int i = 0; i < whole_rows; i += 4) {
    for (int j = 0; j < whole_columns; j += 4) {
      transpose_square(x + i * step_x + j, step_x, y + j * step_y + i, step_y);
    }
    for (int j = whole_columns; j < columns; ++j) {
      for (int l = i; l < i + 4; ++l) y[j * step_y + l] = x[l * step_x + j];
    }
  }
  for (int i = whole_rows; i < rows; ++i) {
    for (int j = 0; j < columns; ++j) y[j * step_y + i] = x[i * step_x + j];
  }
}

void product(bool transpose_a, bool transpose_b, int m, int n, int k, float alpha, const float* a, int lda,
             const float* b, int ldb, float beta, float* c, int ldc) {
  const Strided rows_of_a = transpose_a ? Strided{a, 1, lda} : Strided{a, lda, 1};
  const std::ptrdiff_t step_b = ldb, step_c = ldc;
  alignas(64) float strip_of_a[inner_block * tile_rows + 2 * lanes];
  int p0 = 0;
  do {  // once even where k is 0, for beta
    const int depth = std::min(inner_block, k - p0);
    const Update update{alpha, p0 == 0 ? beta : 1};
    for (int j0 = 0; j0 < n; j0 += column_block) {
      const int width = std::min(column_block, n - j0), whole = width - width % tile_columns;
      const int narrow = (width - whole) / lanes * lanes, edge = width - whole - narrow;
      const float* block = transpose_b ? b + j0 * step_b + p0 : b + p0 * step_b + j0;
      const bool direct = !transpose_b && m <= direct_rows;
      const int first_packed = direct ? whole + narrow : 0;  // an edge always is
      pack(transpose_b, depth, width - first_packed,
           block + (transpose_b ? first_packed * step_b : first_packed), step_b, packed_b);
      const int panels = whole / tile_columns;
      const Panels wide = direct ? Panels{block, step_b, tile_columns, panels}
                                 : Panels{packed_b, tile_columns, depth * tile_columns, panels};
      const Panels single =
          direct ? Panels{block + whole, step_b, 0, 1} : Panels{packed_b + whole * depth, tile_columns, 0, 1};
      const float* rest = direct ? packed_b : single.data + narrow;
      for (int i = 0, strips = (m + tile_rows - 1) / tile_rows; strips > 0; --strips) {
        const int rows = (m - i + strips - 1) / strips;  // even: a strip of one row waits for its own sums
        Strided strip = rows_of_a.at(i, p0);
        if (transpose_a && n >= packing_columns) strip = pack_strip(rows, m - i, depth, strip, strip_of_a);
        float* out = c + i * step_c + j0;
        strip_of(rows)(depth, strip, wide, update, out, step_c);
        if (narrow > 0) narrow_strip_of(rows)(depth, strip, single, update, out + whole, step_c);
        if (edge > 0) multiply_edge(rows, edge, depth, strip, rest, update, out + whole + narrow, step_c);
        i += rows;
      }
    }
    p0 += depth;
  } while (p0 < k);
}

}  // namespace qklab::kernels
