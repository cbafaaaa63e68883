#include "core/kernels/gemm.hpp"

#include <cblas.h>  // not in the header: it cannot be included beside xtensor-blas, which declares the same

#include <cstddef>

#include "core/kernels/parallel.hpp"
#include "core/kernels/product.hpp"

namespace qklab::kernels {
namespace {

// By rows: an element is added up in the same order wherever its row is.
template <class T>
void by_rows(bool transpose_a, bool transpose_b, int m, int n, int k, T alpha, const T* a, int lda,
             const T* b, int ldb, T beta, T* c, int ldc) {
  parallel(m, 2.0 * n * k, [&](int begin, int end) {
    const std::ptrdiff_t row = begin, step = transpose_a ? 1 : lda;
    product(transpose_a, transpose_b, end - begin, n, k, alpha, a + row * step, lda, b, ldb, beta,
            c + row * ldc, ldc);
  });
}

constexpr CBLAS_TRANSPOSE transposed(bool yes) { return yes ? CblasTrans : CblasNoTrans; }

}  // namespace

void gemm(bool transpose_a, bool transpose_b, int m, int n, int k, float alpha, const float* a, int lda,
          const float* b, int ldb, float beta, float* c, int ldc) {
  by_rows(transpose_a, transpose_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

void gemm(bool transpose_a, bool transpose_b, int m, int n, int k, double alpha, const double* a, int lda,
          const double* b, int ldb, double beta, double* c, int ldc) {
  by_rows(transpose_a, transpose_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

void blas_gemm(bool transpose_a, bool transpose_b, int m, int n, int k, float alpha, const float* a, int lda,
               const float* b, int ldb, float beta, float* c, int ldc) {
  cblas_sgemm(CblasRowMajor, transposed(transpose_a), transposed(transpose_b), m, n, k, alpha, a, lda, b, ldb,
              beta, c, ldc);
}

}  // namespace qklab::kernels
