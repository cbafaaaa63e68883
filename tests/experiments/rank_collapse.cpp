#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "tests/experiments/sweeps.hpp"

namespace qklab::testing {
namespace {

TEST_CASE("rank_collapse: mean 0 collapses by layer 12, mean 1 with variance 0.01 does not") {
  const Results results = results_of(
      "rank_collapse", "sweep: {grid: [{mean: [0], variance: [0.01, 1]}, {mean: [1], variance: [0.01]}]}\n");
  REQUIRE(results.trials.size() == 3);
  for (const TrialRecord& trial : results.trials) {
    CHECK_MESSAGE(trial.status == Status::done, trial.message);
    const Series& residual = series(results, trial, "residual");
    REQUIRE(residual.value.size() == 13);
    CHECK(residual.index.front() == 0);
    if (trial.params.real("mean") == 0) CHECK(residual.value.back() < 0.05);
    if (trial.params.real("mean") == 1) CHECK(residual.value.back() > 0.8);
  }
}

TEST_CASE("rank_collapse: every option runs, and yields finite numbers in range") {
  const Results results = results_of(
      "rank_collapse",
      "params: {dim: 6, length: 5, depth: 3, mean: 0.3, variance: 0.5}\n"
      "sweep: {skip: [true, false], mlp: [true, false], norm: [none, pre, post], causal: [true, false],"
      " value: [orthogonal, gaussian, identity], tokens: [gaussian, random_walk, normalized],"
      " shape: [gaussian, outlier]}\n");
  REQUIRE(results.trials.size() == 2 * 2 * 3 * 2 * 3 * 3 * 2);
  for (const TrialRecord& trial : results.trials) {
    CAPTURE(trial.params.str());
    CHECK(trial.status == Status::done);
    for (const double v : series(results, trial, "residual").value) CHECK((v >= 0 && v <= 1));
    for (const double v : series(results, trial, "cosine").value) CHECK(std::abs(v) <= 1 + 1e-12);
    for (const double v : series(results, trial, "stable_rank").value) CHECK((v >= 0.999 && v <= 5.001));
    const bool bounded = !trial.params.flag("skip") && !trial.params.flag("mlp") &&
                         !trial.params.flag("causal") && trial.params.text("norm") != "post";
    CHECK(series(results, trial, "bound_ratio").value.size() == (bounded ? 4 : 0));
    for (const double v : series(results, trial, "bound_ratio").value) CHECK((v >= 0 && v <= 1 + 1e-9));
    // Where the bound is above 1, the ratio to it is smaller than the ratio to 1.
    const std::vector<double>& capped = series(results, trial, "bound_ratio").value;
    const std::vector<double>& uncapped = series(results, trial, "uncapped_ratio").value;
    REQUIRE(uncapped.size() == capped.size());
    for (std::size_t l = 1; l < capped.size(); ++l) {
      const bool says_nothing = series(results, trial, "residual_bound").value[l] == 1;
      CHECK((says_nothing ? uncapped[l] <= capped[l] : uncapped[l] == capped[l]));
    }
  }
}

TEST_CASE("rank_collapse: uniform attention leaves rank one after a layer; one token is always rank one") {
  const Results flat =
      results_of("rank_collapse", "params: {dim: 4, length: 6, depth: 2, mean: 0, variance: 0}\n");
  CHECK(series(flat, flat.trials[0], "residual").value[1] <= 1e-15);
  CHECK(series(flat, flat.trials[0], "stable_rank").value[1] == doctest::Approx(1));
  const Results one = results_of("rank_collapse", "params: {dim: 4, length: 1, depth: 2}\n");
  for (const double v : series(one, one.trials[0], "residual").value) CHECK(v == 0);
}

TEST_CASE(
    "rank_collapse: theory is near the residual where tokens stay independent, and absent where it is not "
    "known") {
  const Results results =
      results_of("rank_collapse",
                 "params: {depth: 3}\n"
                 "sweep: {grid: [{mean: [1], variance: [0.01, 1], skip: [false, true], residual_scale: [1]},"
                 " {mean: [0.5], variance: [1], skip: [true], residual_scale: [0.5]}]}\n");
  REQUIRE(results.trials.size() == 5);
  for (const TrialRecord& trial : results.trials) {
    CAPTURE(trial.params.str());
    const Series &measured = series(results, trial, "residual"),
                 &theory = series(results, trial, "residual_theory");
    REQUIRE(theory.value.size() == 4);
    for (std::size_t l = 0; l < 4; ++l) CHECK(std::abs(theory.value[l] - measured.value[l]) <= 0.01);
  }
  for (const char* other :
       {"causal: true", "mlp: true", "tokens: random_walk", "value: identity, skip: true"}) {
    const Results none =
        results_of("rank_collapse", std::string("params: {dim: 8, length: 6, depth: 2, ") + other + "}\n");
    CHECK(series(none, none.trials[0], "residual_theory").value.empty());
  }
}

}  // namespace
}  // namespace qklab::testing
