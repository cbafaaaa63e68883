#include "core/results/baselines.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "tests/support/walker.hpp"

using namespace qklab;

TEST_CASE("trials that end at or above their baseline are counted, among those that could end lower") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  Experiment experiment;
  experiment.scalars = {{"loss", "", "", ""}, {"baseline", "", "", ""}, {"floor", "", "", ""}};
  Results results;
  results.experiment = &experiment;
  const auto add = [&](double loss, double baseline, double floor, Status status = Status::done) {
    results.trials.push_back({results.trials.size(), {}, status, "", {loss, baseline, floor}, {}});
  };
  using Told = std::vector<std::string>;
  add(0.5, 1, 0);
  experiment.baselines = {{"loss", "baseline", "no attention", "floor"}};
  CHECK(told_of_baselines(results).empty());
  add(1.5, 1, 0);
  add(1, 1, nan);  // a floor that is not known
  CHECK(told_of_baselines(results) ==
        Told{"2 of 3 trials ended with loss at or above baseline (no attention)"});
  add(2, 1, 1);                    // nothing can be gained
  add(2, nan, 0);                  // no baseline is known
  add(nan, 1, 0);                  // no loss
  add(2, 1, 0, Status::diverged);  // not finished
  CHECK(told_of_baselines(results) ==
        Told{"2 of 3 trials ended with loss at or above baseline (no attention)"});
  experiment.baselines[0].floor = "";
  CHECK(told_of_baselines(results) ==
        Told{"3 of 4 trials ended with loss at or above baseline (no attention)"});
  experiment.baselines.clear();
  CHECK(told_of_baselines(results).empty());
}
