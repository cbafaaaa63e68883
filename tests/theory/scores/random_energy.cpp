// Compares the theory of softmax over random scores with other quadratures and with its own limits
// (tests/goldens/random_energy.py).
#include "core/theory/scores/random_energy.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/base/error.hpp"
#include "core/base/stream.hpp"
#include "core/theory/scores/query_scores.hpp"
#include "tests/source_directory.hpp"

using namespace qklab;

namespace {

nlohmann::json goldens(const char* part) {
  std::ifstream file(source_directory() + "/tests/goldens/random_energy.json");
  return nlohmann::json::parse(file).at(part);
}

void check_against(const RandomEnergy& theory, const nlohmann::json& golden) {
  CAPTURE(golden.dump());
  const auto near = [&golden](double value, const char* name) {
    CAPTURE(name);
    const double expected = golden.at(name);
    CHECK(std::abs(value - expected) <= 1e-8 * std::max(1.0, std::abs(expected)));
  };
  near(theory.entropy, "entropy");
  near(theory.self_weight, "self_weight");
  near(theory.participation, "participation");
  near(theory.collision, "collision");
  CHECK(std::abs(theory.total - 1) <= 1e-9);
}

PlantedScores scores_of(const nlohmann::json& golden) {
  const auto& dim = golden.at("dim");
  const double dimensions = dim.is_null() ? std::numeric_limits<double>::infinity() : dim.get<double>();
  return {{0, golden.at("variance"), dimensions}, {golden.at("planted_mean"), golden.at("planted_variance")}};
}

PlantedScores normal_scores(double variance, double planted_mean, double planted_variance) {
  return {{0, variance}, {planted_mean, planted_variance}};
}

}  // namespace

TEST_CASE("random energy: two and three keys agree with integrals over all scores to 1e-8") {
  const auto cases = goldens("direct");
  REQUIRE(cases.size() == 6);
  for (const auto& golden : cases) check_against(random_energy(scores_of(golden), golden.at("keys")), golden);
}

TEST_CASE("random energy: many keys agree with another quadrature to 1e-8, causal or not") {
  const auto cases = goldens("laplace");
  REQUIRE(cases.size() == 11);
  for (const auto& golden : cases) {
    const PlantedScores scores = scores_of(golden);
    const std::size_t keys = golden.at("keys");
    check_against(
        golden.at("causal").get<bool>() ? causal_random_energy(scores, keys) : random_energy(scores, keys),
        golden);
  }
}

TEST_CASE("attention theory: the mean over queries agrees with another quadrature to 1e-8") {
  const auto cases = goldens("spread");
  REQUIRE(cases.size() == 5);
  for (const auto& golden : cases) {
    AttentionSetting setting;
    setting.dim = golden.at("dim");
    setting.length = golden.at("keys");
    setting.temperature = std::sqrt(golden.at("dim").get<double>());
    setting.causal = golden.at("causal");
    const auto& spectrum = golden.at("spectrum");
    check_against(attention_theory(normal_moments(spectrum[0], spectrum[1]), setting), golden);
  }
}

TEST_CASE("random energy: a causal mean is the mean over lengths") {
  const PlantedScores scores = {{0, 6, 48}, {1, 3}};
  for (const std::size_t length : {1u, 2u, 3u, 7u, 20u, 33u}) {
    CAPTURE(length);
    RandomEnergy sum;
    for (std::size_t keys = 1; keys <= length; ++keys) {
      const RandomEnergy row = random_energy(scores, keys);
      sum.entropy += row.entropy / static_cast<double>(length);
      sum.self_weight += row.self_weight / static_cast<double>(length);
      sum.participation += row.participation / static_cast<double>(length);
      sum.collision += row.collision / static_cast<double>(length);
    }
    const RandomEnergy causal = causal_random_energy(scores, length);
    CHECK(causal.entropy == doctest::Approx(sum.entropy).epsilon(1e-9));
    CHECK(causal.self_weight == doctest::Approx(sum.self_weight).epsilon(1e-9));
    CHECK(causal.participation == doctest::Approx(sum.participation).epsilon(1e-9));
    CHECK(causal.collision == doctest::Approx(sum.collision).epsilon(1e-9));
  }
}

TEST_CASE("random energy: all weights sum to 1 over a plane of scores") {
  for (const double variance : {0.0, 1e-6, 0.01, 0.49, 0.51, 1.0, 30.0, 1000.0})
    for (const double mean : {-30.0, -1.0, 0.0, 3.0, 30.0})
      for (const double dim : {3.0, 16.0, 31.0, 33.0, 512.0})
        for (const std::size_t keys : {1u, 2u, 17u, 1024u}) {
          CAPTURE(variance);
          CAPTURE(mean);
          CAPTURE(dim);
          CAPTURE(keys);
          const PlantedScores scores = {{0, variance, dim}, {mean, 2 * variance}};
          for (const RandomEnergy& theory :
               {random_energy(scores, keys), causal_random_energy(scores, keys)}) {
            const auto n = static_cast<double>(keys);
            CHECK(std::abs(theory.total - 1) <= 1e-9);
            CHECK(theory.entropy >= -1e-8);
            CHECK(theory.entropy <= std::log(n) + 1e-8);
            CHECK(theory.self_weight >= 0);
            CHECK(theory.self_weight <= 1 + 1e-9);
            CHECK(theory.participation >= 1 - 1e-8);
            CHECK(theory.participation <= n * (1 + 1e-8));
            CHECK(theory.collision * theory.participation >= 1 - 1e-8);  // Jensen
          }
        }
}

TEST_CASE("random energy: without variance attention is uniform but for the planted key") {
  const RandomEnergy uniform = random_energy(normal_scores(0, 0, 0), 50);
  CHECK(uniform.entropy == doctest::Approx(std::log(50.0)));
  CHECK(uniform.self_weight == doctest::Approx(1.0 / 50));
  CHECK(uniform.participation == doctest::Approx(50));
  CHECK(uniform.collision == doctest::Approx(1.0 / 50));
  CHECK(causal_random_energy(normal_scores(0, 0, 0), 3).entropy ==
        doctest::Approx((std::log(2.0) + std::log(3.0)) / 3));

  const double p = std::exp(4.0) / (std::exp(4.0) + 49), rest = (1 - p) / 49;
  const RandomEnergy planted = random_energy(normal_scores(0, 4, 0), 50);
  CHECK(planted.self_weight == doctest::Approx(p));
  CHECK(planted.entropy == doctest::Approx(-p * std::log(p) - 49 * rest * std::log(rest)));
  CHECK(planted.collision == doctest::Approx(p * p + 49 * rest * rest));
}

TEST_CASE("random energy: many keys approach the limit in each phase") {
  // Corrections are of order 1 / sqrt(log n), and of the order of log log n in the entropy.
  const std::size_t many = std::size_t{1} << 30;
  const double log_n = 30 * std::log(2.0);

  const RandomEnergyLimit spread = random_energy_limit(normal_scores(0.5 * log_n, 0, 0), many);
  CHECK(spread.phase == RandomEnergyPhase::spread);
  CHECK(std::abs(random_energy(normal_scores(0.5 * log_n, 0, 0), many).entropy - spread.entropy) <=
        0.02 * log_n);

  const RandomEnergyLimit condensed = random_energy_limit(normal_scores(18 * log_n, 0, 0), many);
  CHECK(condensed.phase == RandomEnergyPhase::condensed);
  CHECK(condensed.collision == doctest::Approx(1 - 1.0 / 3));
  const RandomEnergy exact = random_energy(normal_scores(18 * log_n, 0, 0), many);
  CHECK(std::abs(exact.collision - condensed.collision) <= 0.03);
  CHECK(std::abs(exact.entropy - condensed.entropy) <= 0.1);

  // On either side of where the planted score wins.
  const double partition = spread.log_partition;
  const PlantedScores wins = normal_scores(0.5 * log_n, partition + 12, 0),
                      loses = normal_scores(0.5 * log_n, partition - 12, 0);
  CHECK(random_energy_limit(wins, many).phase == RandomEnergyPhase::self);
  CHECK(random_energy(wins, many).self_weight >= 0.99);
  CHECK(random_energy_limit(loses, many).phase == RandomEnergyPhase::spread);
  CHECK(random_energy(loses, many).self_weight <= 0.01);
}

TEST_CASE("random energy: what is no distribution is refused") {
  CHECK_THROWS_AS(random_energy(normal_scores(1, 0, 1), 0), Error);
  CHECK_THROWS_AS(random_energy(normal_scores(-1, 0, 1), 4), Error);
  CHECK_THROWS_AS(random_energy(normal_scores(std::nan(""), 0, 1), 4), Error);
  CHECK_THROWS_AS(random_energy(normal_scores(1, std::nan(""), 1), 4), Error);
  CHECK_THROWS_AS(random_energy({{0, 1, 1}, {0, 1}}, 4), Error);
  CHECK_THROWS_AS(attention_theory(normal_moments(0, 1), {.length = 0}), Error);
  CHECK_THROWS_AS(attention_theory(normal_moments(0, 1), {.temperature = 0}), Error);
}
