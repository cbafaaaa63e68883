#include "core/compare/replay.hpp"

#include <doctest/doctest.h>

#include "tests/support/fixture.hpp"

using namespace qklab;
using probe::contains;

namespace {

// A stored trial and the result of running it again. They have equal bits until a test changes one.
struct Pair {
  TrialRecord stored;
  Result again{probe::experiment()};
  MetricSizes sizes{probe::experiment()};

  Pair() {
    const Config config = probe::config("seeds: 1\n");
    stored = probe::results(config, [](TrialRecord& trial) {
               trial.scalars = {0.1, probe::not_a_number};
               trial.series[0] = probe::series({1.0 / 3, -0.0, 100});
             }).trials[0];
    again.scalar("contrast", 0.1);
    again.series("support", {1.0 / 3, -0.0, 100});
    sizes.include(stored);
  }
  // A tolerance of 0 means equal bits.
  std::vector<std::string> differences(double tolerance) const {
    return differences(probe::experiment(), {.bitwise = tolerance == 0, .tolerance = tolerance});
  }
  std::vector<std::string> differences(const Experiment& experiment, const Sameness& wanted) const {
    return compare_trial(experiment, stored, again, "nowhere", wanted, sizes);
  }
};

}  // namespace

TEST_CASE("a trial that was run again to the same bits does not differ, its missing scalar included") {
  CHECK(Pair().differences(0).empty());
  CHECK(Pair().differences(1e-6).empty());
}

TEST_CASE("a metric that was declared later counts only where it is stored") {
  Experiment experiment = probe::experiment();
  Pair pair;
  pair.again.scalars[1] = 2;
  pair.again.all_series[2] = probe::series({1, 2});
  CHECK(pair.differences(experiment, {}).size() == 2);
  experiment.scalars[1].added_later = experiment.series[2].added_later = true;
  CHECK(pair.differences(experiment, {}).empty());
  pair.stored.scalars[1] = 3;
  pair.stored.series[2] = probe::series({1});
  CHECK(pair.differences(experiment, {}).size() == 2);
}

TEST_CASE("the last bit counts, unless a tolerance is given") {
  Pair pair;
  pair.again.all_series[0].value[0] = std::nextafter(1.0 / 3, 1);
  REQUIRE(pair.differences(0).size() == 1);
  CHECK(contains(pair.differences(0)[0], "support at position 1: stored 0.3333333333333333, now"));
  CHECK(pair.differences(1e-9).empty());
  pair.again.all_series[0].value[0] = 1.0 / 3;
  pair.again.all_series[0].value[1] = 0.0;  // it was -0
  CHECK(pair.differences(0).size() == 1);
  CHECK(pair.differences(1e-9).empty());
}

TEST_CASE("of an exact metric the last bit counts whatever the tolerance") {
  Experiment experiment = probe::experiment();
  Pair pair;
  pair.again.all_series[0].value[0] = std::nextafter(1.0 / 3, 1);
  CHECK(pair.differences(experiment, {.tolerance = 1}).empty());
  experiment.series[0].bits = Bits::exact;
  CHECK(pair.differences(experiment, {.tolerance = 1}).size() == 1);
  pair.again.all_series[0].value[0] = 1.0 / 3;
  CHECK(pair.differences(experiment, {.tolerance = 1}).empty());
  pair.again.scalars[0] = std::nextafter(0.1, 1);
  CHECK(pair.differences(experiment, {.tolerance = 1}).empty());
  experiment.scalars[0].bits = Bits::exact;
  CHECK(pair.differences(experiment, {.tolerance = 1}).size() == 1);
}

TEST_CASE("a tolerance is relative to the metric's largest value") {
  Pair pair;
  pair.again.all_series[0].value[0] += 0.05;  // the largest value is 100
  CHECK(pair.differences(1e-3).empty());
  CHECK(pair.differences(1e-4).size() == 1);
}

TEST_CASE("NaN is equal to NaN alone, at any tolerance") {
  Pair pair;
  pair.again.scalars[1] = 0;
  CHECK(pair.differences(0).size() == 1);
  CHECK(pair.differences(10).size() == 1);
  pair.again.scalars[1] = probe::not_a_number;
  pair.again.all_series[0].value[2] = probe::not_a_number;
  CHECK(pair.differences(10).size() == 1);
}

TEST_CASE("another length, index or status is told") {
  Pair pair;
  pair.again.all_series[0].index[1] = 7;
  CHECK(contains(pair.differences(1)[0], "position number 2 is 2, now 7"));
  pair.again.all_series[0].value.pop_back();
  CHECK(contains(pair.differences(1)[0], "stored 3 values, now 2"));
  pair.again.status = Status::failed;
  pair.again.message = "broke";
  CHECK(contains(pair.differences(1)[0], "stored as done, now failed: broke"));
}

TEST_CASE("the size of a metric is its largest finite value") {
  Pair pair;
  pair.stored.series[0] = probe::series({-500, std::numeric_limits<double>::infinity()});
  pair.sizes.include(pair.stored);
  CHECK(pair.sizes.series[0] == 500);
  CHECK(pair.sizes.scalars[0] == 0.1);
  CHECK(pair.sizes.scalars[1] == 0);
}
