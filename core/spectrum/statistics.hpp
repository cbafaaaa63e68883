// Statistics of an eigenspectrum, and the eigenvalues themselves.
// Source: Bao, Hataya, Karakida, "Self-attention Networks Localize When QK-eigenspectrum Concentrates"
// (ICML 2024, arXiv 2402.02098).
#pragma once

#include <complex>

#include "core/base/array.hpp"

namespace qklab {

// Of a square matrix W (d, d), dimensionless.
struct SpectrumStatistics {
  double mean = 0;                // tr(W) / d
  double variance = 0;            // tr(W^2) / d - mean^2; below 0 where complex eigenvalues prevail
  double frobenius_variance = 0;  // tr(W W^T) / d - mean^2; equals `variance` where W is symmetric
  double spectral_norm = 0;       // largest singular value
};

// NaN where W has an entry that is not finite. Throws Error where W is not square or is empty.
SpectrumStatistics spectrum_statistics(const Matrix& w);

Vector singular_values(
    const Matrix& w);  // descending; of any non-empty shape; NaN where an entry is not finite
double spectral_norm(const Matrix& w);  // of any non-empty shape; NaN where an entry is not finite

// All d eigenvalues of a square W, in no particular order.
xt::xtensor<std::complex<double>, 1> eigenvalues(const Matrix& w);
// The same of a symmetric W, of which only the lower triangle is read: real, ascending.
Vector symmetric_eigenvalues(const Matrix& w);

}  // namespace qklab
