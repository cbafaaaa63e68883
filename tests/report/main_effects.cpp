#include "core/report/main_effects.hpp"

#include <doctest/doctest.h>

#include "tests/support/fixture.hpp"

using namespace qklab;

namespace {

// Slow and obvious: eta squared by the definition, over values rounded to `digits`.
double slow_share(const Results& results, const std::string& parameter) {
  std::map<std::string, std::vector<double>> groups;
  double sum = 0, n = 0;
  for (const TrialRecord& trial : results.trials) {
    groups[to_text(trial.params[*trial.params.schema().find(parameter)])].push_back(trial.scalars[0]);
    sum += trial.scalars[0];
    n += 1;
  }
  double between = 0, total = 0;
  for (const auto& [value, members] : groups) {
    double mean = 0;
    for (const double y : members) mean += y / static_cast<double>(members.size());
    for (const double y : members) {
      between += (mean - sum / n) * (mean - sum / n);
      total += (y - sum / n) * (y - sum / n);
    }
  }
  return between / total;
}

}  // namespace

TEST_CASE("shares of variance agree with the definition, largest first, seed included") {
  const Config config =
      probe::config("sweep: {mean: [0, 1, 2], variance: [1, 2], norm: [pre, post]}\nseeds: 5\n");
  const Results results = probe::results(config, [](TrialRecord& trial) {
    trial.scalars[0] =
        3 * trial.params.real("mean") + trial.params.real("variance") + 0.3 * probe::noise(trial).normal();
  });
  const auto effects = main_effects(results, 0);
  REQUIRE(effects.size() == 4);
  const Schema& schema = config.experiment->parameters;
  CHECK(schema[effects[0].parameter].name == "mean");
  CHECK(schema[effects[1].parameter].name == "variance");
  double sum = 0;
  for (const MainEffect& effect : effects) {
    CHECK(std::abs(effect.share - slow_share(results, schema[effect.parameter].name)) <= 1e-12);
    sum += effect.share;
  }
  CHECK(effects[0].share > 0.9);
  CHECK(sum <= 1 + 1e-12);  // a full grid
  CHECK(effects[0].levels == 3);
  CHECK(std::abs(effects[0].chance - 2.0 / 59) <= 1e-15);
}

TEST_CASE("a parameter of many values is put into ten groups") {
  const Config config = probe::config("sweep: {variance: {random: {uniform: [0, 1], n: 400}}}\n");
  const Results results = probe::results(config, [](TrialRecord& trial) {
    trial.scalars = {trial.params.real("variance"), probe::noise(trial).normal()};
  });
  const MainEffect strong = main_effects(results, 0).at(0), none = main_effects(results, 1).at(0);
  CHECK(strong.binned);
  CHECK(strong.levels == 10);
  CHECK(strong.share > 0.97);
  CHECK(none.share < 0.1);  // about 9 / 399 by chance
}

TEST_CASE("failed trials and numbers that are not finite take no part; without any there is no effect") {
  const Config config = probe::config("sweep: {mean: [0, 1]}\nseeds: 3\n");
  const Results results = probe::results(config, [](TrialRecord& trial) {
    trial.scalars[0] = trial.params.real("mean");
    if (trial.params.real("seed") == 0) trial.scalars[0] = probe::not_a_number;
    if (trial.params.real("seed") == 1) trial.status = Status::failed, trial.scalars[0] = 1e9;
  });
  const auto effects = main_effects(results, 0);
  REQUIRE(effects.size() == 1);
  CHECK(effects[0].share == 1);
  CHECK(main_effects(results, 1).empty());
}
