#include "core/kernels/gemm.hpp"

#include <cblas.h>  // not in the header: it cannot be included beside xtensor-blas, which declares the same

#include <cstddef>

#include "core/kernels/parallel.hpp"
#include "core/kernels/product.hpp"

namespace qklab::kernels {
namespace {

// What a part has at least: product() lays out b anew for each call, which is to be little beside its rows; what it does
// with a is less.
constexpr int least_rows = 256, least_columns = 32;

// In parts along the side that has more of them: an element is added up in the same order whichever part it is in.
template <class T>
void in_parts(bool transpose_a, bool transpose_b, int m, int n, int k, T alpha, const T* a, int lda,
              const T* b, int ldb, T beta, T* c, int ldc) {
  const bool by_rows = m / least_rows > n / least_columns;
  parallel(
      by_rows ? m : n, 2.0 * k * (by_rows ? n : m),
      [&](int begin, int end) {
        const std::ptrdiff_t first = begin;
        if (by_rows) {
          const std::ptrdiff_t step = transpose_a ? 1 : lda;
          product(transpose_a, transpose_b, end - begin, n, k, alpha, a + first * step, lda, b, ldb, beta,
                  c + first * ldc, ldc);
        } else {
          const std::ptrdiff_t step = transpose_b ? ldb : 1;
          product(transpose_a, transpose_b, m, end - begin, k, alpha, a, lda, b + first * step, ldb, beta,
                  c + first, ldc);
        }
      },
      by_rows ? least_rows : least_columns);
}

constexpr CBLAS_TRANSPOSE transposed(bool yes) { return yes ? CblasTrans : CblasNoTrans; }

}  // namespace

void gemm(bool transpose_a, bool transpose_b, int m, int n, int k, float alpha, const float* a, int lda,
          const float* b, int ldb, float beta, float* c, int ldc) {
  in_parts(transpose_a, transpose_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

void gemm(bool transpose_a, bool transpose_b, int m, int n, int k, double alpha, const double* a, int lda,
          const double* b, int ldb, double beta, double* c, int ldc) {
  in_parts(transpose_a, transpose_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

void blas_gemm(bool transpose_a, bool transpose_b, int m, int n, int k, float alpha, const float* a, int lda,
               const float* b, int ldb, float beta, float* c, int ldc) {
  cblas_sgemm(CblasRowMajor, transposed(transpose_a), transposed(transpose_b), m, n, k, alpha, a, lda, b, ldb,
              beta, c, ldc);
}

}  // namespace qklab::kernels
