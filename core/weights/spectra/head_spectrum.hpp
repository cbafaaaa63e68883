// What a head's weights say of its attention: the eigenspectrum of W_QK, and what theory predicts from it.
//
// A head of width m in a model of width d scores a token x_s for a query x_t by  x_s^T W x_t / sqrt(m)  with W of rank m.
// The papers' model has a W of full rank and divides by sqrt(d). With
//     W' = sqrt(d / m) W     the scores are     x_s^T W' x_t / sqrt(d),
// so that W' is what theory is asked about. If the m eigenvalues of W that are not 0 by necessity have mean mu and
// variance s2 (tr W = m mu, tr W^2 = m (s2 + mu^2)), the d eigenvalues of W' have
//     mean      mu'  = tr W' / d             = mu sqrt(m / d),
//     variance  s2'  = tr W'^2 / d - mu'^2   = s2 + mu^2 (1 - m / d).
// This is the head's place on the (mean, variance) plane of the phase diagram; at m = d it is (mu, s2) itself.
#pragma once

#include <complex>
#include <vector>

#include "core/base/array.hpp"
#include "core/weights/layouts/layout.hpp"

namespace qklab::weights {

struct HeadSpectrum {
  // Over the m eigenvalues of W_QK; for combined heads m = dim. See spectrum_statistics(Factors).
  double mean = 0, variance = 0, frobenius_variance = 0, spectral_norm = 0;
  double effective_rank = 0;  // exp(entropy of singular values over their sum) (Roy & Vetterli 2007)
  double symmetric_share =
      0;  // |S|_F^2 / |W|_F^2 with S = (W + W^T) / 2; 1: symmetric, 0: antisymmetric; 0 where W = 0
  double plane_mean = 0, plane_variance = 0, plane_frobenius = 0;  // of W' above
};

HeadSpectrum spectrum_of(const HeadWeights& weights);

// The m eigenvalues themselves, by real part and then by imaginary part.
std::vector<std::complex<double>> eigenvalues_of(const HeadWeights& weights);
Vector singular_values_of(const HeadWeights& weights);  // m, descending

}  // namespace qklab::weights
