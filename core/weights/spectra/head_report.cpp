#include "core/weights/spectra/head_report.hpp"

#include <algorithm>
#include <cmath>

#include "core/theory/entropy_bound.hpp"
#include "core/weights/spectra/score_forms.hpp"

namespace qklab::weights {

namespace {

double contrast(const Vector& by_position) {
  const auto [least, most] = std::minmax_element(by_position.begin(), by_position.end());
  return *most - *least;
}

}  // namespace

HeadTheory theory_of(Propagation propagation, const RandomEnergy& attention) {
  HeadTheory out{.propagation = std::move(propagation), .attention = attention};
  out.support_contrast = contrast(out.propagation.support);
  out.active_contrast = contrast(out.propagation.active);
  return out;
}

HeadReport report_of(const HeadWeights& weights, std::size_t length) {
  HeadReport out{.spectrum = spectrum_of(weights), .theory = {}};
  const HeadSpectrum& spectrum = out.spectrum;
  const auto d = static_cast<double>(weights.dim()), m = static_cast<double>(weights.width());
  const SpectrumStatistics plane{.mean = spectrum.plane_mean,
                                 .variance = spectrum.plane_variance,
                                 .frobenius_variance = spectrum.plane_frobenius,
                                 .spectral_norm = spectrum.spectral_norm * std::sqrt(d / m)};
  out.theory = theory_of(propagation_probability(plane, weights.dim(), length, std::sqrt(d)),
                         attention_of(score_forms(weights), weights.dim(), length));
  const double tokens = std::sqrt(d) + std::sqrt(static_cast<double>(length));
  out.entropy_bound = entropy_bound(plane.spectral_norm * tokens * tokens / std::sqrt(d), length);
  return out;
}

}  // namespace qklab::weights
