#include "core/spectrum/statistics.hpp"

#include <fmt/format.h>

#include <limits>
#include <xtensor-blas/xlinalg.hpp>

#include "core/base/error.hpp"

namespace qklab {

namespace {

void require_square(const Matrix& w) {
  if (w.shape(0) != w.shape(1) || w.size() == 0)
    throw Error(fmt::format("an eigenspectrum needs a square matrix, got {} x {}", w.shape(0), w.shape(1)));
}

}  // namespace

SpectrumStatistics spectrum_statistics(const Matrix& w) {
  require_square(w);
  const std::size_t d = w.shape(0);
  const auto count = static_cast<double>(d);
  SpectrumStatistics out;
  for (std::size_t i = 0; i < d; ++i) out.mean += w(i, i);
  out.mean /= count;
  // tr((W - mean I)^2) / d is tr(W^2) / d - mean^2 without its cancellation.
  for (std::size_t i = 0; i < d; ++i) {
    const double centred = w(i, i) - out.mean;
    out.variance += centred * centred;
    out.frobenius_variance += centred * centred;
    for (std::size_t j = 0; j < i; ++j) {
      out.variance += 2 * w(i, j) * w(j, i);
      out.frobenius_variance += w(i, j) * w(i, j) + w(j, i) * w(j, i);
    }
  }
  out.variance /= count;
  out.frobenius_variance /= count;
  out.spectral_norm = spectral_norm(w);
  return out;
}

double spectral_norm(const Matrix& w) {
  if (w.size() == 0) throw Error("a spectral norm needs a matrix that is not empty");
  if (!xt::all(xt::isfinite(w))) return std::numeric_limits<double>::quiet_NaN();  // LAPACK may not return
  return std::get<1>(xt::linalg::svd(w, false, false))(0);
}

Vector singular_values(const Matrix& w) {
  if (w.size() == 0) throw Error("singular values need a matrix that is not empty");
  if (!xt::all(xt::isfinite(w)))  // LAPACK may not return
    return xt::full_like(Vector(xt::zeros<double>({std::min(w.shape(0), w.shape(1))})),
                         std::numeric_limits<double>::quiet_NaN());
  return std::get<1>(xt::linalg::svd(w, false, false));
}

xt::xtensor<std::complex<double>, 1> eigenvalues(const Matrix& w) {
  require_square(w);
  return xt::linalg::eigvals(w);
}

Vector symmetric_eigenvalues(const Matrix& w) {
  require_square(w);
  return xt::linalg::eigvalsh(w);
}

}  // namespace qklab
