#include "core/weights/spectra/head_report.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <xtensor-blas/xlinalg.hpp>

#include "core/kernels/normal.hpp"
#include "core/measure/attention.hpp"
#include "core/spectrum/matrices.hpp"
#include "core/theory/scores/query_scores.hpp"
#include "core/weights/spectra/score_forms.hpp"

using namespace qklab;
using namespace qklab::weights;

namespace {

HeadWeights head_of(const Factors& factors) {
  const Vector none = xt::zeros<double>({factors.query.shape(1)});
  return {factors.query, factors.key, none, none};
}

Matrix normal_matrix(std::size_t rows, std::size_t columns, double scale, const Stream& stream) {
  auto out = Matrix::from_shape({rows, columns});
  kernels::fill_normal(stream, 0, out.size(), out.data());
  return out * scale;
}

// Scores by the whole matrix, for tokens drawn on the sphere: slow and obvious.
struct Measured {
  double v = 0, s = 0, var_v = 0, var_s = 0, covariance = 0, entropy = 0, self = 0;
};
Measured measured(const HeadWeights& head, std::size_t length, std::size_t samples, Stream stream) {
  const std::size_t d = head.dim(), m = head.width();
  Measured out;
  std::vector<double> vs, ss;
  for (std::size_t n = 0; n < samples; ++n) {
    Matrix x = normal_matrix(length, d, 1, stream.substream(n));
    for (std::size_t t = 0; t < length; ++t) {
      auto row = xt::row(x, static_cast<std::ptrdiff_t>(t));
      row *= std::sqrt(static_cast<double>(d) / xt::sum(row * row)());
    }
    const Vector query = Vector(xt::linalg::dot(xt::row(x, 0), head.query)) + head.query_bias;
    const Vector u = xt::linalg::dot(head.key, query);
    const Vector scores = Vector(xt::linalg::dot(x, u)) / std::sqrt(static_cast<double>(m));
    vs.push_back(xt::sum(u * u)() / static_cast<double>(m));
    ss.push_back(scores(0));
    const Vector weights = xt::exp(scores - xt::amax(scores)());
    const Vector p = weights / xt::sum(weights)();
    out.entropy -= xt::sum(p * xt::log(xt::where(p > 0, p, 1)))() / static_cast<double>(samples);
    out.self += p(0) / static_cast<double>(samples);
  }
  const auto count = static_cast<double>(samples);
  for (std::size_t n = 0; n < samples; ++n) out.v += vs[n] / count, out.s += ss[n] / count;
  for (std::size_t n = 0; n < samples; ++n) {
    out.var_v += (vs[n] - out.v) * (vs[n] - out.v) / count;
    out.var_s += (ss[n] - out.s) * (ss[n] - out.s) / count;
    out.covariance += (vs[n] - out.v) * (ss[n] - out.s) / count;
  }
  return out;
}

}  // namespace

TEST_CASE("a head as wide as the model stands on the phase diagram where its spectrum is") {
  const HeadSpectrum s = spectrum_of(head_of(symmetric_factors(24, 24, {0.5, 2}, Stream(1, 2, "plane"))));
  CHECK(std::abs(s.plane_mean - 0.5) < 1e-12);
  CHECK(std::abs(s.plane_variance - 2) < 1e-11);
  CHECK(std::abs(s.symmetric_share - 1) < 1e-12);
}

TEST_CASE("a narrow head stands where sqrt(d / m) W_QK has its d eigenvalues") {
  const std::size_t d = 30, m = 6;
  const Factors factors = symmetric_factors(d, m, {0.7, 1.5}, Stream(3, 4, "plane"));
  const SpectrumStatistics whole =
      spectrum_statistics(Matrix(product(factors) * std::sqrt(static_cast<double>(d) / m)));
  const HeadSpectrum s = spectrum_of(head_of(factors));
  CHECK(std::abs(s.mean - 0.7) < 1e-12);
  CHECK(std::abs(s.variance - 1.5) < 1e-11);
  CHECK(std::abs(s.plane_mean - whole.mean) < 1e-12);
  CHECK(std::abs(s.plane_variance - whole.variance) < 1e-11);
  CHECK(std::abs(s.plane_frobenius - whole.frobenius_variance) < 1e-11);
}

TEST_CASE(
    "the propagation probability of a narrow head is that of its whole matrix at the head's temperature") {
  const std::size_t d = 30, m = 6;
  const Factors factors{normal_matrix(d, m, 0.4, Stream(5, 1, "q")),
                        normal_matrix(d, m, 0.4, Stream(5, 2, "k"))};
  const Propagation whole =
      propagation_probability(spectrum_statistics(product(factors)), d, 16, std::sqrt(double(m)));
  const HeadReport report = report_of(head_of(factors), 16);
  CHECK(xt::amax(xt::abs(report.theory.propagation.support - whole.support))() < 1e-12);
  CHECK(report.theory.support_contrast ==
        xt::amax(report.theory.propagation.support)() - xt::amin(report.theory.propagation.support)());
}

TEST_CASE("for a symmetric matrix of full rank the scores are those of the theory of attention") {
  const std::size_t d = 32;
  const Stream stream(7, 8, "full");
  const Vector l = sample_eigenvalues("gaussian", d, 0.4, 1.2, stream);
  const HeadWeights head = head_of(factors_with_eigenvalues(haar_orthonormal(d, d, stream), l));
  const AttentionSetting setting{.dim = d, .length = 48, .temperature = std::sqrt(double(d))};
  const PlantedScores theory = query_scores(moments_of(l), setting);
  const ScoreForms forms = score_forms(head);
  CHECK(std::abs(forms.v - theory.others.variance) < 1e-10);
  CHECK(std::abs(forms.s - theory.planted.mean) < 1e-10);
  CHECK(std::abs(forms.var_s - theory.planted.variance) < 1e-10);
  const RandomEnergy ours = attention_of(forms, d, 48), theirs = attention_theory(moments_of(l), setting);
  CHECK(std::abs(ours.entropy - theirs.entropy) < 2e-4);
  CHECK(std::abs(ours.self_weight - theirs.self_weight) < 2e-4);
  CHECK(std::abs(ours.total - 1) < 1e-6);
}

TEST_CASE(
    "moments of scores, entropy and self-weight agree with random tokens: narrow, not symmetric, with "
    "biases") {
  const std::size_t d = 24, m = 8, length = 32, samples = 20000;
  Factors factors{normal_matrix(d, m, 0.3, Stream(9, 1, "q")), normal_matrix(d, m, 0.3, Stream(9, 2, "k"))};
  factors.key += 0.5 * factors.query;  // so that the own score is not 0 on average
  HeadWeights head = head_of(factors);
  head.query_bias = xt::row(normal_matrix(1, m, 0.5, Stream(9, 3, "b")), 0);
  const ScoreForms forms = score_forms(head);
  const Measured seen = measured(head, length, samples, Stream(9, 4, "tokens"));
  CHECK(std::abs(seen.v / forms.v - 1) < 0.02);
  CHECK(std::abs(seen.s - forms.s) < 0.05 * std::sqrt(forms.var_s));
  CHECK(std::abs(seen.var_v / forms.var_v - 1) < 0.08);
  CHECK(std::abs(seen.var_s / forms.var_s - 1) < 0.05);
  CHECK(std::abs(seen.covariance - forms.covariance) < 0.05 * std::sqrt(forms.var_v * forms.var_s));
  const RandomEnergy theory = attention_of(forms, d, length);
  CHECK(std::abs(seen.entropy - theory.entropy) < 0.03 * std::log(length));
  CHECK(std::abs(seen.self - theory.self_weight) < 0.03);
}

TEST_CASE("the two forms of a head, factors and one matrix, agree") {
  const std::size_t d = 12;
  const Factors factors{normal_matrix(d, d, 0.4, Stream(11, 1, "q")),
                        normal_matrix(d, d, 0.4, Stream(11, 2, "k"))};
  const HeadReport a = report_of(head_of(factors), 20), b = report_of({product(factors), {}, {}, {}}, 20);
  CHECK(std::abs(a.spectrum.variance - b.spectrum.variance) < 1e-10);
  CHECK(std::abs(a.spectrum.effective_rank - b.spectrum.effective_rank) < 1e-6);
  CHECK(std::abs(a.theory.attention.entropy - b.theory.attention.entropy) < 1e-9);
  CHECK(std::abs(a.theory.attention.self_weight - b.theory.attention.self_weight) < 1e-9);
  CHECK(std::abs(a.theory.support_contrast - b.theory.support_contrast) < 1e-10);
}

TEST_CASE("a matrix of zeros has no spectrum to speak of, and attention is uniform") {
  const HeadWeights head = head_of({Matrix(xt::zeros<double>({6, 2})), Matrix(xt::zeros<double>({6, 2}))});
  const HeadReport report = report_of(head, 10);
  CHECK(report.spectrum.effective_rank == 0);
  CHECK(report.spectrum.symmetric_share == 0);
  CHECK(std::abs(report.theory.attention.entropy - std::log(10)) < 1e-9);
  CHECK(std::abs(report.theory.attention.self_weight - 0.1) < 1e-9);
}
