// Single-precision matrix products for the sizes of small models, where BLAS loses time to packing and calls.
#pragma once

#include <cstddef>

namespace qklab::kernels {

// As cblas_sgemm, row-major: c (m,n) = alpha op(a) op(b) + beta c. Bitwise the same for equal arguments.
void product(bool transpose_a, bool transpose_b, int m, int n, int k, float alpha, const float* a, int lda,
             const float* b, int ldb, float beta, float* c, int ldc);

// y (columns, rows) = x (rows, columns) transposed; ldx, ldy lead from row to row.
void transpose(int rows, int columns, const float* x, int ldx, float* y, int ldy);
template <class T> void transpose(int rows, int columns, const T* x, int ldx, T* y, int ldy) {
  for (int i = 0; i < rows; ++i) {
    for (int j = 0; j < columns; ++j) y[std::ptrdiff_t{j} * ldy + i] = x[std::ptrdiff_t{i} * ldx + j];
  }
}

}  // namespace qklab::kernels
