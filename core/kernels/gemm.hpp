// Dense matrix products, row-major: the one place that chooses who computes them. In single precision that is
// our own product() wherever it was measured to be no slower than OpenBLAS (docs/performance.md).
#pragma once

#include <cblas.h>

#include "core/kernels/product.hpp"

namespace qklab::kernels {

namespace detail {
constexpr CBLAS_TRANSPOSE transposed(bool yes) { return yes ? CblasTrans : CblasNoTrans; }
}  // namespace detail

inline void blas_gemm(bool transpose_a, bool transpose_b, int m, int n, int k, float alpha, const float* a,
                      int lda, const float* b, int ldb, float beta, float* c, int ldc) {
  cblas_sgemm(CblasRowMajor, detail::transposed(transpose_a), detail::transposed(transpose_b), m, n, k, alpha,
              a, lda, b, ldb, beta, c, ldc);
}

// c (m,n) = alpha op(a) op(b) + beta c, op(a) (m,k) and op(b) (k,n). The strides lda, ldb, ldc lead from one
// row to the next of a, b and c as they are stored, before op. With beta = 0, c is not read.
inline void gemm(bool transpose_a, bool transpose_b, int m, int n, int k, float alpha, const float* a,
                 int lda, const float* b, int ldb, float beta, float* c, int ldc) {
  // A gradient of large weights: a is read across its rows, which BLAS repacks better.
  const bool by_blas = transpose_a && m >= 64 && k > 256;
  (by_blas ? blas_gemm : product)(transpose_a, transpose_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

inline void gemm(bool transpose_a, bool transpose_b, int m, int n, int k, double alpha, const double* a,
                 int lda, const double* b, int ldb, double beta, double* c, int ldc) {
  cblas_dgemm(CblasRowMajor, detail::transposed(transpose_a), detail::transposed(transpose_b), m, n, k, alpha,
              a, lda, b, ldb, beta, c, ldc);
}

}  // namespace qklab::kernels
