#include <doctest/doctest.h>

#include "core/claims/test_kind.hpp"
#include "tests/support/fixture.hpp"

using namespace qklab;

TEST_CASE("the allowance for sampling is Hoeffding's, over all positions of a seed") {
  const Config config = probe::config(
      "sweep: {variance: [1, 2]}\nparams: {samples: 500}\nseeds: 2\n"
      "claims: [{id: a, text: t, test: agreement, metric: support, tolerance: 0, sampling: samples, "
      "confidence: 0.9}]\n");
  const Results results = probe::results(config, [](TrialRecord& trial) {
    trial.series[0] = probe::series({0.5, 0.5, 0.5});
    trial.series[1] = trial.series[0];
  });
  const Claim claim = probe::claims(config)[0];
  const double by_hand = std::sqrt(std::log(2 * 6 / 0.1) / (2 * 500));  // 3 positions in each of 2 trials
  CHECK(std::abs(claim.test->limits(claim, select(results, {})).at_most - by_hand) <= 1e-14);
}
