#include "core/weights/spectra/head_spectrum.hpp"

#include <algorithm>
#include <cmath>

#include "core/spectrum/matrices.hpp"

namespace qklab::weights {

namespace {

// With W_QK = W_q W_k^T, which is the transpose of what queries meet: spectra do not differ.
Factors factors_of(const HeadWeights& weights) { return {weights.query, weights.key}; }

SpectrumStatistics statistics_of(const HeadWeights& weights) {
  return weights.is_combined() ? spectrum_statistics(weights.query)
                               : spectrum_statistics(factors_of(weights));
}

double effective_rank(const Vector& singular) {
  double sum = 0, entropy = 0;
  for (const double each : singular) sum += each;
  if (sum == 0) return 0;
  for (const double each : singular)
    if (each > 0) entropy -= each / sum * std::log(each / sum);
  return std::exp(entropy);
}

}  // namespace

HeadSpectrum spectrum_of(const HeadWeights& weights) {
  const SpectrumStatistics own = statistics_of(weights);
  const double share = static_cast<double>(weights.width()) / static_cast<double>(weights.dim());
  const double square = own.mean * own.mean;
  HeadSpectrum out{.mean = own.mean,
                   .variance = own.variance,
                   .frobenius_variance = own.frobenius_variance,
                   .spectral_norm = own.spectral_norm};
  out.effective_rank = effective_rank(singular_values_of(weights));
  // |S|^2 = (tr W W^T + tr W^2) / 2
  const double norm = own.frobenius_variance + square, trace = own.variance + square;
  out.symmetric_share = norm > 0 ? (1 + trace / norm) / 2 : 0;
  out.plane_mean = own.mean * std::sqrt(share);
  out.plane_variance = own.variance + square * (1 - share);
  out.plane_frobenius = own.frobenius_variance + square * (1 - share);
  return out;
}

std::vector<std::complex<double>> eigenvalues_of(const HeadWeights& weights) {
  const auto all = eigenvalues(weights.is_combined() ? weights.query : reduced(factors_of(weights)));
  std::vector<std::complex<double>> sorted(all.begin(), all.end());
  std::ranges::sort(sorted, {},
                    [](const std::complex<double>& each) { return std::pair(each.real(), each.imag()); });
  return sorted;
}

Vector singular_values_of(const HeadWeights& weights) {
  return weights.is_combined() ? singular_values(weights.query) : singular_values(factors_of(weights));
}

}  // namespace qklab::weights
