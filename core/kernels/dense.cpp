#include "core/kernels/dense.hpp"

#include <fmt/format.h>

#include "core/base/error.hpp"
#include "core/kernels/gemm.hpp"

namespace qklab::kernels {
namespace {

int extent(const Matrix& a, std::size_t axis) { return static_cast<int>(a.shape(axis)); }

void require_equal(int a, int b) {
  if (a != b) throw Error(fmt::format("a product with inner extents {} and {}", a, b));
}

}  // namespace

Matrix multiply(const Matrix& a, const Matrix& b, Operand of_a, Operand of_b) {
  const bool ta = of_a == Operand::transposed, tb = of_b == Operand::transposed;
  const int m = extent(a, ta), k = extent(a, !ta), n = extent(b, !tb);
  require_equal(k, extent(b, tb));
  auto c = Matrix::from_shape({static_cast<std::size_t>(m), static_cast<std::size_t>(n)});
  gemm(ta, tb, m, n, k, 1.0, a.data(), extent(a, 1), b.data(), extent(b, 1), 0.0, c.data(), n);
  return c;
}

Vector multiply(const Matrix& a, const Vector& x, Operand of_a) {
  const bool ta = of_a == Operand::transposed;
  const int m = extent(a, ta), k = extent(a, !ta);
  require_equal(k, static_cast<int>(x.size()));
  auto y = Vector::from_shape({static_cast<std::size_t>(m)});
  gemm(ta, false, m, 1, k, 1.0, a.data(), extent(a, 1), x.data(), 1, 0.0, y.data(), 1);
  return y;
}

}  // namespace qklab::kernels
