#include "core/kernels/gemm.hpp"

#include <cblas.h>  // not in the header: it cannot be included beside xtensor-blas, which declares the same

#include <algorithm>
#include <cstddef>

#include "core/kernels/parallel.hpp"
#include "core/kernels/product.hpp"

namespace qklab::kernels {
namespace {

constexpr int blas_rows = 128;  // of a block, large enough for packing to pay

constexpr CBLAS_TRANSPOSE transposed(bool yes) { return yes ? CblasTrans : CblasNoTrans; }

}  // namespace

void blas_gemm(bool transpose_a, bool transpose_b, int m, int n, int k, float alpha, const float* a, int lda,
               const float* b, int ldb, float beta, float* c, int ldc) {
  cblas_sgemm(CblasRowMajor, transposed(transpose_a), transposed(transpose_b), m, n, k, alpha, a, lda, b, ldb,
              beta, c, ldc);
}

void gemm(bool transpose_a, bool transpose_b, int m, int n, int k, float alpha, const float* a, int lda,
          const float* b, int ldb, float beta, float* c, int ldc) {
  // A gradient of large weights: a is read across its rows, which BLAS repacks better.
  const bool by_blas = transpose_a && m >= 64 && k > 256;
  // Ours adds up an element in the same order wherever its row is; BLAS does not promise that, and gets the
  // same blocks of rows whoever computes them.
  const int block = by_blas ? blas_rows : 1, blocks = (m + block - 1) / block;
  parallel(blocks, 2.0 * block * n * k, [&](int begin, int end) {
    for (int i = begin * block; i < end * block && i < m;) {
      const int rows = std::min(by_blas ? block : end - begin, m - i);
      const std::ptrdiff_t row = i, step = transpose_a ? 1 : lda;
      (by_blas ? blas_gemm : product)(transpose_a, transpose_b, rows, n, k, alpha, a + row * step, lda, b,
                                      ldb, beta, c + row * ldc, ldc);
      i += rows;
    }
  });
}

void gemm(bool transpose_a, bool transpose_b, int m, int n, int k, double alpha, const double* a, int lda,
          const double* b, int ldb, double beta, double* c, int ldc) {
  cblas_dgemm(CblasRowMajor, transposed(transpose_a), transposed(transpose_b), m, n, k, alpha, a, lda, b, ldb,
              beta, c, ldc);
}

}  // namespace qklab::kernels
