#include <doctest/doctest.h>

#include <cmath>
#include <string>

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

TEST_CASE(
    "entropy_collapse: theory is near what is measured, and absent for tokens that are not independent") {
  const Results results = results_of("entropy_collapse",
                                     "params: {dim: 32, length: 24}\nseeds: 20\n"
                                     "sweep: {mean: [-0.5, 0.7], variance: [0.2, 20], causal: [true, false], "
                                     "tokens: [gaussian, normalized]}\n");
  REQUIRE(results.trials.size() == 20 * 16);
  for (const char* metric : {"entropy", "self_weight", "participation"}) {
    CAPTURE(metric);
    for (std::size_t point = 0; point < 16; ++point) {
      double measured = 0, theory = 0;
      for (std::size_t seed = 0; seed < 20; ++seed) {
        const TrialRecord& trial = results.trials[20 * point + seed];
        measured += scalar(results, trial, metric) / 20;
        theory += scalar(results, trial, std::string(metric) + "_theory") / 20;
      }
      CAPTURE(results.trials[20 * point].params.str());
      CHECK(theory == doctest::Approx(measured).epsilon(0.06).scale(metric[0] == 'p' ? 1 : 0.5));
    }
  }
  const Results walk = results_of("entropy_collapse", "params: {dim: 8, length: 8, tokens: random_walk}\n");
  CHECK(std::isnan(scalar(walk, walk.trials[0], "entropy_theory")));
  CHECK(scalar(walk, walk.trials[0], "self_weight") > 0);
}

}  // namespace
}  // namespace qklab::testing
