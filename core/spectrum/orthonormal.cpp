#include "core/spectrum/orthonormal.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/kernels/elementwise.hpp"
#include "core/kernels/reduce.hpp"

namespace qklab {
namespace {

double dot(std::size_t n, const double* x, const double* y) {
  return kernels::sum_of<double>(n, [=](std::size_t i) { return x[i] * y[i]; });
}

// x -= 2 v (v . x), v of length 1: Householder's reflection.
void reflect(std::size_t n, const double* v, double* x) { kernels::add_scaled(n, -2 * dot(n, v, x), v, x); }

// x becomes the v that reflects it onto the first axis; yields the sign of what is left there.
double reflector(std::size_t n, double* x) {
  const double size = std::sqrt(dot(n, x, x));
  if (size == 0) {  // nothing to reflect: v = 0
    return 1;
  }
  const double sign = x[0] < 0 ? -1 : 1;
  x[0] += sign * size;
  const double length = std::sqrt(dot(n, x, x));
  for (std::size_t i = 0; i < n; ++i) x[i] /= length;
  return -sign;
}

}  // namespace

// Columns are worked on as rows, so that each lies together in memory.
Matrix orthonormal_columns(const Matrix& a) {
  const std::size_t rows = a.shape(0), columns = a.shape(1);
  auto work = Matrix::from_shape({columns, rows}), q = work;
  for (std::size_t j = 0; j < columns; ++j)
    for (std::size_t i = 0; i < rows; ++i) work(j, i) = a(i, j);
  std::vector<double> sign(columns);
  for (std::size_t k = 0; k < columns; ++k) {
    const std::size_t n = rows - k;
    sign[k] = reflector(n, &work(k, k));
    for (std::size_t j = k + 1; j < columns; ++j) reflect(n, &work(k, k), &work(j, k));
  }
  // Column j of Q is H_0 ... H_j of axis j: later reflections leave that axis alone.
  q.fill(0);
  for (std::size_t j = 0; j < columns; ++j) {
    q(j, j) = sign[j];
    for (std::size_t k = j + 1; k-- > 0;) reflect(rows - k, &work(k, k), &q(j, k));
  }
  auto out = Matrix::from_shape({rows, columns});
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j) out(i, j) = q(j, i);
  return out;
}

}  // namespace qklab
