// Compares weights and risks in closed form with NumPy's least squares on drawn prompts, and with Bayesian
// regression in the space of coefficients (tests/goldens/weighted_estimator.py).
#include "core/theory/weighted_estimator.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <vector>
#include <xtensor-blas/xlinalg.hpp>
#include <xtensor/xadapt.hpp>
#include <xtensor/xmath.hpp>

#include "tests/source_directory.hpp"

using namespace qklab;

namespace {

nlohmann::json goldens(const char* part) {
  std::ifstream file(source_directory() + "/tests/goldens/weighted_estimator.json");
  return nlohmann::json::parse(file).at(part);
}

Vector vector_of(const nlohmann::json& list) {
  const auto values = list.get<std::vector<double>>();
  return xt::adapt(values, std::vector<std::size_t>{values.size()});
}

PromptPrior prior_of(const nlohmann::json& golden) {
  return task_blocks(vector_of(golden.at("r")), golden.at("examples"), golden.at("d"), golden.at("noise"));
}

}  // namespace

TEST_CASE("weighted estimator: optimal weights and their risk are those of least squares on drawn prompts") {
  const auto cases = goldens("least_squares");
  REQUIRE(cases.size() == 3);
  for (const auto& golden : cases) {
    const PromptPrior prior = prior_of(golden);
    const Vector weights = optimal_weights(prior), drawn = vector_of(golden.at("weights")),
                 errors = vector_of(golden.at("errors"));
    for (std::size_t i = 0; i < weights.size(); ++i) {
      CHECK(errors(i) <= 0.01);
      CHECK(std::abs(weights(i) - drawn(i)) <= 4 * errors(i));
    }
    CHECK(std::abs(weighted_risk(prior, weights) - golden.at("risk").get<double>()) <=
          4 * golden.at("risk_error").get<double>());
  }
}

TEST_CASE("weighted estimator: the Bayes prediction is the posterior mean in the space of coefficients") {
  const auto cases = goldens("bayes");
  REQUIRE(cases.size() == 3);
  for (const auto& golden : cases) {
    const Vector y = vector_of(golden.at("y")), query = vector_of(golden.at("query")),
                 flat = vector_of(golden.at("x"));
    const Matrix x = xt::reshape_view(flat, {y.size(), query.size()});
    CHECK(std::abs(bayes_prediction(prior_of(golden), x, y, query) - golden.at("prediction").get<double>()) <=
          1e-10);
  }
}

TEST_CASE("weighted estimator: what each kind of weights can reach") {
  const PromptPrior rising = task_blocks(Vector{0.1, 0.9}, 6, 3, 0.2),
                    falling = task_blocks(Vector{0.9, 0.1}, 6, 3, 0.2),
                    equal = task_blocks(Vector{0.6, 0.6}, 6, 3, 0.2);
  const auto risks = [](const PromptPrior& prior) {
    return std::vector<double>{weighted_risk(prior, optimal_weights(prior)),
                               weighted_risk(prior, rising_weights(prior)),
                               weighted_risk(prior, uniform_weights(prior))};
  };
  // If the better task comes last, rising weights are optimal. If it comes first, they are no better than
  // equal ones.
  CHECK(risks(rising)[1] == doctest::Approx(risks(rising)[0]).epsilon(1e-9));
  CHECK(risks(rising)[2] >= 1.2 * risks(rising)[0]);
  CHECK(risks(falling)[1] == doctest::Approx(risks(falling)[2]).epsilon(1e-9));
  CHECK(risks(falling)[0] == doctest::Approx(risks(rising)[0]).epsilon(1e-9));
  CHECK(risks(equal)[2] == doctest::Approx(risks(equal)[0]).epsilon(1e-9));

  // The weights are a minimum: all others are worse, and rising weights are best among rising ones.
  const Vector best = optimal_weights(falling), climbing = rising_weights(falling);
  for (std::size_t i = 0; i < best.size(); ++i) {
    Vector other = best;
    other(i) += 1e-3;
    CHECK(weighted_risk(falling, other) > weighted_risk(falling, best));
    CHECK((i == 0 ? climbing(i) >= 0 : climbing(i) >= climbing(i - 1)));
    Vector step = climbing;
    for (std::size_t j = i; j < step.size(); ++j) step(j) += 1e-3;
    CHECK(weighted_risk(falling, step) >= weighted_risk(falling, climbing));
  }
}
