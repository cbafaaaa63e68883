#include "core/spectrum/matrices.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <xtensor-blas/xlinalg.hpp>

#include "core/base/error.hpp"
#include "core/kernels/dense.hpp"
#include "core/kernels/normal.hpp"
#include "core/spectrum/orthonormal.hpp"

namespace qklab {

namespace {

using kernels::multiply;
using kernels::Operand;

enum Purpose : std::uint64_t { eigenvalues_drawn, rotation_drawn, antisymmetric_drawn };

Matrix gaussian_matrix(std::size_t rows, std::size_t columns, const Stream& stream) {
  auto out = Matrix::from_shape({rows, columns});
  kernels::fill_normal(stream, 0, out.size(), out.data());
  return out;
}

void require_pair(const Matrix& q, const Vector& l) {
  if (q.shape(1) != l.size() || q.shape(0) < q.shape(1) || q.size() == 0)
    throw Error(fmt::format("Q of {} x {} does not fit {} eigenvalues", q.shape(0), q.shape(1), l.size()));
}

}  // namespace

Matrix haar_orthonormal(std::size_t rows, std::size_t columns, const Stream& stream) {
  if (columns == 0 || rows < columns)
    throw Error(fmt::format("no {} x {} matrix has orthonormal columns", rows, columns));
  return orthonormal_columns(gaussian_matrix(rows, columns, stream));
}

Matrix matrix_with_eigenvalues(const Matrix& q, const Vector& l) {
  require_pair(q, l);
  Matrix scaled = q;
  for (std::size_t i = 0; i < q.shape(0); ++i)
    for (std::size_t j = 0; j < q.shape(1); ++j) scaled(i, j) *= l(j);
  Matrix out = multiply(scaled, q, Operand::plain, Operand::transposed);
  for (std::size_t i = 0; i < out.shape(0); ++i)
    for (std::size_t j = 0; j < i; ++j) out(i, j) = out(j, i) = (out(i, j) + out(j, i)) / 2;
  return out;
}

Matrix symmetric_matrix(std::size_t d, const Spectrum& spectrum, const Stream& stream) {
  const Vector l = sample_eigenvalues(spectrum.shape, d, spectrum.mean, spectrum.variance,
                                      stream.substream(eigenvalues_drawn));
  return matrix_with_eigenvalues(haar_orthonormal(d, d, stream.substream(rotation_drawn)), l);
}

Matrix nonsymmetric_matrix(std::size_t d, const Spectrum& spectrum, double asymmetry, const Stream& stream) {
  if (!(asymmetry >= 0)) throw Error(fmt::format("asymmetry must be at least 0, not {}", asymmetry));
  Spectrum symmetric = spectrum;
  symmetric.variance *= 1 + asymmetry;
  Matrix w = symmetric_matrix(d, symmetric, stream);
  const double wanted = asymmetry * spectrum.variance * static_cast<double>(d);  // tr(A A^T)
  if (wanted == 0) return w;
  const Matrix g = gaussian_matrix(d, d, stream.substream(antisymmetric_drawn));
  double squares = 0;
  for (std::size_t i = 0; i < d; ++i)
    for (std::size_t j = 0; j < i; ++j) squares += 2 * g(i, j) * g(i, j);
  const double scale = std::sqrt(wanted / squares);
  for (std::size_t i = 0; i < d; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      w(i, j) += scale * g(i, j);
      w(j, i) -= scale * g(i, j);
    }
  }
  return w;
}

Factors factors_with_eigenvalues(const Matrix& q, const Vector& l) {
  require_pair(q, l);
  Factors out{q, q};
  for (std::size_t i = 0; i < q.shape(0); ++i) {
    for (std::size_t j = 0; j < q.shape(1); ++j) {
      const double root = std::sqrt(std::abs(l(j)));
      out.query(i, j) *= root;
      out.key(i, j) *= std::copysign(root, l(j));
    }
  }
  return out;
}

Factors symmetric_factors(std::size_t d, std::size_t head_width, const Spectrum& spectrum,
                          const Stream& stream) {
  const Vector l = sample_eigenvalues(spectrum.shape, head_width, spectrum.mean, spectrum.variance,
                                      stream.substream(eigenvalues_drawn));
  return factors_with_eigenvalues(haar_orthonormal(d, head_width, stream.substream(rotation_drawn)), l);
}

Factors symmetric_factors_of_shared_key(std::size_t d, std::size_t head_width, const Spectrum& spectrum,
                                        const Stream& own, const Stream& shared) {
  const Vector l = sample_eigenvalues(spectrum.shape, head_width, spectrum.mean, spectrum.variance,
                                      own.substream(eigenvalues_drawn));
  Factors out;
  out.key = out.query = haar_orthonormal(d, head_width, shared.substream(rotation_drawn));
  for (std::size_t i = 0; i < d; ++i)
    for (std::size_t j = 0; j < head_width; ++j) out.query(i, j) *= l(j);
  return out;
}

Matrix product(const Factors& factors) {
  return multiply(factors.query, factors.key, Operand::plain, Operand::transposed);
}

Matrix reduced(const Factors& factors) { return multiply(factors.key, factors.query, Operand::transposed); }

Vector singular_values(const Factors& factors) {
  const Matrix of_query = multiply(factors.query, factors.query, Operand::transposed);
  const Matrix of_key = multiply(factors.key, factors.key, Operand::transposed);
  const std::size_t h = of_query.shape(0);
  if (!xt::all(xt::isfinite(of_query)) || !xt::all(xt::isfinite(of_key)))  // LAPACK may not return
    return xt::full_like(Vector(xt::zeros<double>({h})), std::numeric_limits<double>::quiet_NaN());
  const auto [squares, vectors] = xt::linalg::eigh(of_query);
  Matrix root = vectors;  // columns times the roots of the eigenvalues: W_q^T W_q = root root^T
  for (std::size_t i = 0; i < h; ++i)
    for (std::size_t j = 0; j < h; ++j) root(i, j) *= std::sqrt(std::max(0.0, squares(j)));
  Vector out = symmetric_eigenvalues(multiply(multiply(root, of_key, Operand::transposed), root));
  for (double& each : out) each = std::sqrt(std::max(0.0, each));
  std::reverse(out.begin(), out.end());
  return out;
}

SpectrumStatistics spectrum_statistics(const Factors& factors) {
  SpectrumStatistics out = spectrum_statistics(reduced(factors));
  // W W^T has the non-zero eigenvalues of (W_q^T W_q) (W_k^T W_k), which is h x h.
  const Matrix squared = multiply(multiply(factors.query, factors.query, Operand::transposed),
                                  multiply(factors.key, factors.key, Operand::transposed));
  double trace = 0, largest = 0;
  for (std::size_t i = 0; i < squared.shape(0); ++i) trace += squared(i, i);
  out.frobenius_variance = trace / static_cast<double>(squared.shape(0)) - out.mean * out.mean;
  out.spectral_norm = std::numeric_limits<double>::quiet_NaN();
  if (!std::isfinite(trace)) return out;  // LAPACK may not return
  for (const std::complex<double>& each : eigenvalues(squared)) largest = std::max(largest, each.real());
  out.spectral_norm = std::sqrt(largest);
  return out;
}

}  // namespace qklab
