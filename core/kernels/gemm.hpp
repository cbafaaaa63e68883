// Dense matrix products, row-major, by our own product() on every thread that is idle. BLAS is for
// comparison.
#pragma once

namespace qklab::kernels {

// c (m,n) = alpha op(a) op(b) + beta c, op(a) (m,k) and op(b) (k,n). The strides lda, ldb, ldc lead from one
// row to the next of a, b and c as they are stored, before op. With beta = 0, c is not read.
void gemm(bool transpose_a, bool transpose_b, int m, int n, int k, float alpha, const float* a, int lda,
          const float* b, int ldb, float beta, float* c, int ldc);
void gemm(bool transpose_a, bool transpose_b, int m, int n, int k, double alpha, const double* a, int lda,
          const double* b, int ldb, double beta, double* c, int ldc);

// The same by OpenBLAS, whose bits depend on the processor: what benchmarks measure ours against.
void blas_gemm(bool transpose_a, bool transpose_b, int m, int n, int k, float alpha, const float* a, int lda,
               const float* b, int ldb, float beta, float* c, int ldc);

}  // namespace qklab::kernels
