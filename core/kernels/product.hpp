// Matrix products of one thread, and the layout that they like.
#pragma once

#include <cstddef>

#include "core/kernels/level.hpp"

namespace qklab::kernels {

// As cblas_sgemm and cblas_dgemm, row-major: c (m,n) = alpha op(a) op(b) + beta c. Each element is a sum in
// the order of the inner index, by fma, of 256 terms at a time: the same bits on every machine.
inline void product(bool transpose_a, bool transpose_b, int m, int n, int k, float alpha, const float* a,
                    int lda, const float* b, int ldb, float beta, float* c, int ldc) {
  level().product({transpose_a, transpose_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc});
}
inline void product(bool transpose_a, bool transpose_b, int m, int n, int k, double alpha, const double* a,
                    int lda, const double* b, int ldb, double beta, double* c, int ldc) {
  level().product_double({transpose_a, transpose_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc});
}

// y (columns, rows) = x (rows, columns) transposed; ldx, ldy lead from row to row.
template <class T> void transpose(int rows, int columns, const T* x, int ldx, T* y, int ldy) {
  for (int i = 0; i < rows; ++i) {
    for (int j = 0; j < columns; ++j) y[std::ptrdiff_t{j} * ldy + i] = x[std::ptrdiff_t{i} * ldx + j];
  }
}
inline void transpose(int rows, int columns, const float* x, int ldx, float* y, int ldy) {
  level().transpose(rows, columns, x, ldx, y, ldy);
}

}  // namespace qklab::kernels
