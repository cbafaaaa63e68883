#include "core/cli/bench/bench_products.hpp"

#include <algorithm>

#include "core/kernels/gemm.hpp"

namespace qklab {

std::vector<DenseProduct> dense_products(const StepShape& s) {
  std::vector<DenseProduct> list;
  for (int layer = 0; layer < s.layers; ++layer) {
    for (int projection = 0; projection < 4; ++projection) list.push_back({s.tokens(), s.dim, s.dim, 1});
    list.push_back({s.length, s.length, s.width(), s.batch * s.heads});  // Q K^T
    list.push_back({s.length, s.width(), s.length, s.batch * s.heads});  // P V
    if (s.ffn > 0) {
      list.push_back({s.tokens(), s.ffn, s.dim, 1});
      list.push_back({s.tokens(), s.dim, s.ffn, 1});
    }
  }
  list.push_back({s.tokens(), s.vocabulary, s.dim, 1});
  return list;
}

Products::Products(const StepShape& shape) : list_(dense_products(shape)) {
  std::size_t a = 0, b = 0, y = 0;
  const auto size = [](int x, int z, int count) {
    return static_cast<std::size_t>(x) * static_cast<std::size_t>(z) * static_cast<std::size_t>(count);
  };
  for (const DenseProduct& p : list_) {
    a = std::max(a, size(p.m, p.k, p.count));
    b = std::max(b, size(p.n, p.k, p.count));
    y = std::max(y, size(p.m, p.n, p.count));
  }
  a_.assign(a, 0.5f);
  b_.assign(b, 0.25f);
  y_.assign(y, 0.125f);
  gradient_.assign(std::max(a, b), 0.0f);
}

void Products::run() {
  for (const auto& [m, n, k, count] : list_) {
    float *a = a_.data(), *b = b_.data(), *y = y_.data();
    for (int i = 0; i < count; ++i, a += m * k, b += n * k, y += m * n) {
      kernels::blas_gemm(false, true, m, n, k, 1, a, k, b, k, 0, y, n);
    }
  }
  for (const auto& [m, n, k, count] : list_) {
    const float *a = a_.data(), *b = b_.data(), *y = y_.data();
    float *da = gradient_.data(), *db = gradient_.data();
    for (int i = 0; i < count; ++i, a += m * k, b += n * k, y += m * n, da += m * k, db += n * k) {
      kernels::blas_gemm(false, false, m, k, n, 1, y, n, b, k, 0, da, k);
      kernels::blas_gemm(true, false, n, k, m, 1, y, n, a, k, 0, db, k);
    }
  }
}

double Products::flops() const {
  double sum = 0;
  for (const DenseProduct& p : list_) sum += 6.0 * p.m * p.n * p.k * p.count;
  return sum;
}

}  // namespace qklab
