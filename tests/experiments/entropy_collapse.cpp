#include <doctest/doctest.h>

#include <cmath>

#include "tests/experiments/sweeps.hpp"

namespace qklab::testing {
namespace {

TEST_CASE("entropy_collapse: no logits, uniform attention") {
  const Results results =
      results_of("entropy_collapse", "params: {dim: 8, length: 16, mean: 0, variance: 0}\n");
  CHECK(scalar(results, results.trials[0], "entropy") == doctest::Approx(std::log(16)));
  CHECK(scalar(results, results.trials[0], "entropy_ratio") == doctest::Approx(1));
  CHECK(scalar(results, results.trials[0], "entropy_bound") == doctest::Approx(std::log(16)));
  CHECK(scalar(results, results.trials[0], "participation") == doctest::Approx(16));
  CHECK(scalar(results, results.trials[0], "largest_weight") == doctest::Approx(1.0 / 16));
}

TEST_CASE("entropy_collapse: at mean 0, entropy falls from near log T to near 0 as the variance rises") {
  const Results results = results_of("entropy_collapse", "sweep: {variance: [0.01, 10000]}\n");
  CHECK(scalar(results, results.trials[0], "entropy_ratio") > 0.95);
  CHECK(scalar(results, results.trials[1], "entropy_ratio") < 0.1);
}

TEST_CASE("entropy_collapse: every option runs and obeys both bounds") {
  const Results results = results_of(
      "entropy_collapse",
      "params: {dim: 6}\n"
      "sweep: {length: [1, 2, 9], causal: [true, false], tokens: [gaussian, random_walk, normalized],"
      " mean: [-1, 0.2], variance: [0, 0.01, 5], shape: [gaussian, semicircle, two_point, outlier]}\n");
  REQUIRE(results.trials.size() == 3 * 2 * 3 * 2 * 3 * 4);
  for (const TrialRecord& trial : results.trials) {
    CAPTURE(trial.params.str());
    CHECK(trial.status == Status::done);
    CHECK(scalar(results, trial, "bound_slack") >= -1e-9);
    CHECK(scalar(results, trial, "row_bound_slack") >= -1e-9);
    CHECK(scalar(results, trial, "row_bound_slack") <= scalar(results, trial, "bound_slack") + 1e-9);
    CHECK(scalar(results, trial, "entropy_ratio") <= 1 + 1e-12);
  }
}

}  // namespace
}  // namespace qklab::testing
