// Compares the theory of one attention layer with Monte Carlo over drawn tokens and matrices.
#include "core/theory/scores/query_scores.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "core/measure/attention.hpp"
#include "core/measure/forward_pass.hpp"
#include "core/spectrum/matrices.hpp"
#include "core/stats/intervals.hpp"
#include "tests/theory/support.hpp"

using namespace qklab;

namespace {

// Tokens on the sphere |x|^2 = d.
Matrix sphere(std::size_t length, std::size_t dim, const Stream& stream) {
  Matrix x = normal(length, dim, 1, stream);
  for (std::size_t t = 0; t < length; ++t) {
    double square = 0;
    for (std::size_t j = 0; j < dim; ++j) square += x(t, j) * x(t, j);
    for (std::size_t j = 0; j < dim; ++j) x(t, j) *= std::sqrt(static_cast<double>(dim) / square);
  }
  return x;
}

struct Samples {
  std::vector<double> v, s, vs;
};

}  // namespace

TEST_CASE("query scores: mean and covariance of the two quadratic forms, by Monte Carlo") {
  const std::size_t dim = 12, count = 40000;
  const Vector eigenvalues = {-1, -0.5, 0.2, 0.3, 0.5, 0.5, 0.8, 1, 1.2, 2, 2.5, 3};
  const SpectrumMoments moments = moments_of(eigenvalues);
  for (const bool normalized : {true, false}) {
    CAPTURE(normalized);
    AttentionSetting setting{.dim = dim, .length = 2, .temperature = 3, .normalized = normalized};
    const Matrix x =
        normalized ? sphere(count, dim, Stream(1, 0, "test")) : normal(count, dim, 1, Stream(1, 0, "test"));
    Samples samples;
    for (std::size_t t = 0; t < count; ++t) {
      double v = 0, s = 0;
      for (std::size_t j = 0; j < dim; ++j) {
        v += eigenvalues(j) * eigenvalues(j) * x(t, j) * x(t, j) / 9;
        s += eigenvalues(j) * x(t, j) * x(t, j) / 3;
      }
      samples.v.push_back(v);
      samples.s.push_back(s);
      samples.vs.push_back(v * s);
    }
    const PlantedScores scores = query_scores(moments, setting);
    const Estimate v = estimate_mean(samples.v), s = estimate_mean(samples.s);
    CHECK(std::abs(v.value - scores.others.variance) <= 4 * v.standard_error + 1e-12);
    CHECK(std::abs(s.value - scores.planted.mean) <= 4 * s.standard_error + 1e-12);
    const double deviation = standard_deviation(samples.s);
    CHECK(deviation * deviation == doctest::Approx(scores.planted.variance).epsilon(0.03));
  }
}

TEST_CASE("attention theory: entropy, self-weight and participation, by Monte Carlo") {
  struct Case {
    double mean, variance;
    std::size_t dim, length;
    bool causal, normalized;
  };
  for (const Case& c : {Case{0.5, 10, 32, 32, false, true},
                        {1, 0.1, 32, 24, false, true},
                        {-0.5, 1, 32, 32, true, true},
                        {0.5, 1, 64, 32, false, false}}) {
    CAPTURE(c.mean);
    CAPTURE(c.variance);
    const AttentionSetting setting{.dim = c.dim,
                                   .length = c.length,
                                   .temperature = std::sqrt(static_cast<double>(c.dim)),
                                   .causal = c.causal,
                                   .normalized = c.normalized};
    const Mask mask = c.causal ? Mask::causal() : Mask::none();
    std::vector<double> entropy, self, participation;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
      const Stream stream(seed, 0, "test");
      const Matrix w = symmetric_matrix(c.dim, {c.mean, c.variance}, stream.substream(0));
      const Matrix x = c.normalized ? sphere(c.length, c.dim, stream.substream(1))
                                    : normal(c.length, c.dim, 1, stream.substream(1));
      const Matrix attention = attention_weights(x, w, setting.temperature, mask);
      const AttentionMeasures measures = measure_attention(attention, mask);
      entropy.push_back(measures.entropy);
      participation.push_back(measures.participation);
      double diagonal = 0;
      for (std::size_t q = 0; q < c.length; ++q) diagonal += attention(q, q) / static_cast<double>(c.length);
      self.push_back(diagonal);
    }
    const RandomEnergy theory = attention_theory(normal_moments(c.mean, c.variance), setting);
    const double log_length = std::log(static_cast<double>(c.length));
    CHECK(std::abs(theory.entropy - mean(entropy)) <= 0.015 * log_length);
    CHECK(std::abs(theory.self_weight - mean(self)) <= 0.015);
    CHECK(theory.participation == doctest::Approx(mean(participation)).epsilon(0.05));
  }
}
