// Compares the overlap of two queries' attention, and the map of residuals that follows, with Monte Carlo.
#include "core/theory/scores/residual_map.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/stream.hpp"
#include "core/stats/intervals.hpp"
#include "core/theory/scores/overlap.hpp"
#include "core/theory/scores/random_energy.hpp"

using namespace qklab;

namespace {

// Scores of queries 0 and 1 on all tokens, drawn, and what attention makes of them.
Overlap drawn_overlap(const CorrelatedScores& scores, std::size_t tokens, std::size_t samples) {
  Stream stream(3, 0, "test");
  Overlap sum;
  std::vector<double> p[2], z[2];
  for (std::size_t i = 0; i < samples; ++i) {
    std::vector<double> common(tokens);
    for (double& each : common) each = std::sqrt(scores.common) * stream.normal();
    for (std::size_t q = 0; q < 2; ++q) {
      p[q].assign(tokens, 0);
      z[q] = p[q];
      double total = 0;
      for (std::size_t s = 0; s < tokens; ++s) {
        const bool own = s == q;
        const double score = common[s] +
                             std::sqrt(own ? scores.planted_variance : scores.own) * stream.normal() +
                             (own ? scores.planted_mean : 0);
        z[q][s] = own ? 0 : score / std::sqrt(scores.common + scores.own);
        total += p[q][s] = std::exp(score);
      }
      for (double& each : p[q]) each /= total;
    }
    double same = 0, pair = 0, tilt = 0, squares = 0;
    for (std::size_t s = 0; s < tokens; ++s) {
      same += p[0][s] * p[0][s];
      pair += p[0][s] * p[1][s];
      tilt += p[0][s] * z[0][s];
      squares += p[0][s] * p[0][s] * z[0][s] * z[0][s];
    }
    const auto n = static_cast<double>(samples);
    sum.same += same / n;
    sum.difference += (same - pair) / n;
    sum.self_weight += p[0][0] / n;
    sum.squared_tilt += (tilt * tilt - squares) / n;
  }
  return sum;
}

bool is_near(double value, double expected, double relative) {
  return std::abs(value - expected) <= relative * std::abs(expected);
}

void check_near(const Overlap& theory, const Overlap& drawn, double tolerance) {
  CHECK(is_near(theory.same, drawn.same, tolerance));
  CHECK(is_near(theory.difference, drawn.difference, tolerance));
  CHECK(is_near(theory.self_weight, drawn.self_weight, tolerance));
  CHECK(std::abs(theory.squared_tilt - drawn.squared_tilt) <= tolerance * drawn.squared_tilt + 1e-3);
}

}  // namespace

TEST_CASE("overlap: agrees with drawn scores, correlated or not, planted or not") {
  for (const CorrelatedScores& scores : {CorrelatedScores{0, 1, 0, 2},
                                         {0.1, 0.9, 3, 0.5},
                                         {0.7, 0.8, -2, 0.3},
                                         {4, 6, 2, 8},
                                         {2, 0.02, 1, 0.1}})
    for (const std::size_t tokens : {2u, 3u, 24u}) {
      CAPTURE(scores.common);
      CAPTURE(scores.own);
      CAPTURE(tokens);
      check_near(attention_overlap(scores, tokens), drawn_overlap(scores, tokens, 60000), 0.05);
    }
}

TEST_CASE("overlap: the first order of small scores continues the integrals") {
  const CorrelatedScores above{0.003, 0.0062, 0.02, 0.0006}, below{0.003, 0.0061, 0.02, 0.0003};
  check_near(attention_overlap(above, 32), attention_overlap(below, 32), 0.03);
  // Without any score of its own, a query attends as all others do.
  CHECK(attention_overlap({0.5, 0, 0, 0}, 16).difference <= 1e-6);
  CHECK(is_near(attention_overlap({0, 0, 0, 0}, 16).same, 1.0 / 16, 1e-12));
}

TEST_CASE("overlap: the weights of one query are those of the random energy model") {
  const RandomEnergy row = random_energy({{0, 3}, {2, 2}}, 40);
  const Overlap overlap = attention_overlap({0, 3, 2, 2}, 40);
  CHECK(is_near(overlap.same, row.collision, 1e-4));
  CHECK(is_near(overlap.self_weight, row.self_weight, 1e-4));
}

TEST_CASE("residual theory: uniform attention leaves one token, a strong mean leaves all") {
  for (const double r : residual_theory(2, {.mean = 0, .variance = 0})) CHECK((r == 0 || r > 0.99));
  CHECK(residual_theory(1, {.mean = 0, .variance = 0}).back() == 0);
  CHECK(residual_theory(12, {.mean = 3, .variance = 0}).back() > 0.99);
  CHECK(residual_theory(5, {.length = 1}) == std::vector<double>(6, 0));
  CHECK(residual_theory(0, {}).size() == 1);
  CHECK(residual_theory(0, {})[0] == doctest::Approx(std::sqrt(63.0 / 64)));
}

TEST_CASE("residual theory: small deviations are cubed by attention alone, and stay comparable with a norm") {
  const std::vector<double> alone = residual_theory(5, {.variance = 1, .norm = SimilarityNorm::none});
  CHECK(std::log(alone[5]) / std::log(alone[4]) == doctest::Approx(3).epsilon(0.05));
  CHECK(alone[5] > 0);
  // 1 - c' = (1 - c)^3 eta (1/T + 1/d) to first order.
  CHECK(is_near(
      next_deviation(1e-3, {.variance = 2, .dim = 128, .length = 512, .temperature = std::sqrt(128.0)}),
      2e-9 * (1.0 / 128 + 1.0 / 512), 0.02));
}

TEST_CASE("residual theory: skips slow the collapse, more so where they are scaled down") {
  const double none = residual_theory(6, {.mean = 0.5}).back(),
               full = residual_theory(6, {.mean = 0.5, .skip_scale = 1}).back(),
               scaled = residual_theory(6, {.mean = 0.5, .skip_scale = 1 / std::sqrt(6.0)}).back();
  CHECK(none < full);
  CHECK(full < scaled);
  CHECK(scaled < 1);
  CHECK_THROWS_AS(residual_theory(1, {.length = 0}), Error);
  CHECK_THROWS_AS(residual_theory(1, {.temperature = 0}), Error);
  CHECK_THROWS_AS(attention_overlap({-1, 0, 0, 0}, 4), Error);
  CHECK_THROWS_AS(attention_overlap({0, 1, std::nan(""), 0}, 4), Error);
}
