#include "core/strategies/until.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "core/stats/intervals.hpp"
#include "core/sweep/shard.hpp"
#include "tests/support/checks.hpp"
#include "tests/support/rounds.hpp"

namespace qklab {
namespace {

double noise_of(const Trial& trial) { return trial.stream("noise").normal(); }

// f scatters about x by `spread`. It has no value where x = 3, none for seed 1 where x = 4, and fails where x
// = 5.
const Experiment& scattered() {
  if (const Experiment* known = find_experiment("scattered")) return *known;
  Experiment experiment;
  experiment.name = "scattered";
  experiment.parameters = {real("x", 0.0, ""), real("spread", 0.0, "")};
  experiment.scalars = {{"f", "", "", ""}};
  experiment.run = [](const Trial& trial, Result& result) {
    const double x = trial.params.real("x");
    if (x == 5) throw Error("five");
    if (x == 3 || (x == 4 && trial.params.integer("seed") == 1))
      return result.scalar("f", std::numeric_limits<double>::quiet_NaN());
    result.scalar("f", x + trial.params.real("spread") * noise_of(trial));
  };
  return register_experiment(experiment);
}

test::Reading read(const std::string& body, const std::vector<std::string>& overrides = {},
                   const std::string& preset = "fast") {
  scattered();
  return test::read_config("name: t\nexperiment: scattered\n" + body, overrides, preset);
}

Sweep sweep_of(const std::string& body, const std::vector<std::string>& overrides = {},
               const std::string& preset = "fast") {
  return test::sweep_of(read(body, overrides, preset));
}

const Until& until_of(const Sweep& sweep) {
  return dynamic_cast<const Until&>(*find_strategy(sweep, "until"));
}

const std::string grid =
    "sweep:\n  x: [0, 1]\n  spread: [0, 0.02, 0.1, 0.3, 10]\nseeds: {until: {metric: f, ci: 0.1, max: 64}}\n";

using Seeds = std::map<std::pair<double, double>, std::vector<std::int64_t>>;  // by x and spread
Seeds seeds_of(const Sweep& sweep) {
  Seeds seeds;
  sweep.for_each([&](const TrialSpec& trial) {
    seeds[{trial.params.real("x"), trial.params.real("spread")}].push_back(trial.params.integer("seed"));
    return true;
  });
  return seeds;
}

double half_width(const std::vector<double>& values) {
  double sum = 0, squares = 0;
  for (const double v : values) sum += v;
  const auto n = static_cast<double>(values.size());
  for (const double v : values) squares += (v - sum / n) * (v - sum / n);
  return student_quantile(0.975, n - 1) * std::sqrt(squares / (n - 1) / n);
}

// The number of replicates by the documented rule, from the largest possible list of values.
std::size_t by_the_rule(const std::vector<double>& values, double ci, std::size_t min) {
  std::size_t n = min;
  while (n < values.size()) {
    const double half = half_width({values.begin(), values.begin() + static_cast<std::ptrdiff_t>(n)});
    if (half <= ci) break;
    const auto told = static_cast<std::size_t>(
        std::min(1e6, std::ceil(static_cast<double>(n) * (half / ci) * (half / ci))));
    n = std::min({values.size(), 2 * n, std::max(n + 1, told)});
  }
  return n;
}

TEST_CASE("replicate: each point has as many as the rule says, seeds from 0 and innermost") {
  Memory memory;
  const Sweep sweep = sweep_of(grid);
  CHECK(sweep.ids().size() == 40);
  CHECK(sweep.grid_size() == 40);
  const Sweep settled = memory.complete(sweep, 1000000);
  CHECK(settled.grid_size() == settled.ids().size());

  std::map<std::pair<double, double>, std::vector<double>> values;  // with 64 seeds everywhere
  const std::atomic<bool> stop{false};
  sweep_of("sweep:\n  x: [0, 1]\n  spread: [0, 0.02, 0.1, 0.3, 10]\nseeds: 64\n")
      .for_each([&](const auto& spec) {
        const Result result = run_trial(scattered(), spec, stop);
        values[{spec.params.real("x"), spec.params.real("spread")}].push_back(result.scalars[0]);
        return true;
      });
  std::set<std::size_t> sizes;
  for (const auto& [at, seeds] : seeds_of(settled)) {
    const auto point = at;
    CAPTURE(point.first);
    CAPTURE(point.second);
    CHECK(seeds.size() == by_the_rule(values[point], 0.1, 4));
    sizes.insert(seeds.size());
    for (std::size_t i = 0; i < seeds.size(); ++i) CHECK(seeds[i] == static_cast<std::int64_t>(i));
  }
  CHECK(sizes.contains(4));   // points without spread
  CHECK(sizes.contains(64));  // points with a large spread
  CHECK(sizes.size() > 2);
  double last = -1;  // the seed varies fastest: a point's trials are neighbours, in the order of the grid
  std::set<double> left;
  settled.for_each([&](const TrialSpec& trial) {
    const double at = 1000 * trial.params.real("x") + trial.params.real("spread");
    if (at != last) CHECK(left.insert(at).second);
    last = at;
    return true;
  });

  Results results = memory.finished()(settled);
  const Replicated summary = replicated(until_of(settled), settled, results);
  CHECK(summary.points == 10);
  CHECK(summary.fewest == 4);
  CHECK(summary.most == 64);
  CHECK(summary.settled + summary.wide == 10);
  CHECK(summary.wide >= 2);
  CHECK(summary.str().find("10 points with 4 to 64 replicates; ") == 0);
}

TEST_CASE("replicate: any interruption ends with the same sweep") {
  const Sweep sweep = sweep_of(grid);
  check_interruptions(sweep);
  Memory at_once;
  const std::vector<std::uint64_t> expected = at_once.complete(sweep, 1000000).ids();
  CHECK(grow(grow(sweep, at_once.finished()), at_once.finished()).ids() == expected);
}

TEST_CASE("replicate: a point without values ends, one that lacks some goes on") {
  Memory memory;
  const Sweep settled = memory.complete(
      sweep_of(
          "sweep: {x: [3, 4, 5], spread: [10]}\nseeds: {until: {metric: f, ci: 0.1, max: 32, min: 3}}\n"),
      1000);
  const Seeds seeds = seeds_of(settled);
  CHECK(seeds.at({3, 10}).size() == 3);
  CHECK(seeds.at({4, 10}).size() == 32);
  CHECK(seeds.at({5, 10}).size() == 3);
  const Replicated summary = replicated(until_of(settled), settled, memory.finished()(settled));
  CHECK(summary.without == 2);
  CHECK(summary.wide == 1);
}

TEST_CASE("replicate: `where` may leave out replicates and points") {
  Memory memory;
  const Sweep sweep = sweep_of(grid + "where: \"seed > 0 and seed < 12 and x == 1\"\n");
  const Seeds seeds = seeds_of(memory.complete(sweep, 1000));
  CHECK(seeds.size() == 5);
  CHECK(seeds.at({1, 0}) == std::vector<std::int64_t>{1, 2, 3});
  CHECK(seeds.at({1, 10}).size() == 11);
}

TEST_CASE("replicate: a number of seeds and `until` replace one another") {
  CHECK(sweep_of(grid, {"seeds=7"}).ids().size() == 70);
  CHECK_FALSE(find_strategy(sweep_of(grid, {"seeds=7"}), "until"));
  const std::string presets = "presets: {more: {seeds: {until: {metric: f, ci: 1, max: 9, min: 5}}}}\n";
  const Sweep other = sweep_of("sweep: {x: [0, 1]}\nseeds: 2\n" + presets, {}, "more");
  REQUIRE(find_strategy(other, "until"));
  CHECK(other.ids().size() == 10);
}

TEST_CASE("replicate: refined points get theirs, and do not depend on the others'") {
  const std::string refined =
      "sweep:\n  x: [0, 1]\n  refine: {metric: f, threshold: 0.4, budget: 24}\nparams: {spread: 0.2}\n";
  Memory few, many;
  const Sweep fixed = few.complete(sweep_of(refined + "seeds: 4\n"), 1000);
  const Sweep settled =
      many.complete(sweep_of(refined + "seeds: {until: {metric: f, ci: 0.1, max: 64}}\n"), 13);
  Seeds at_fixed = seeds_of(fixed), at_settled = seeds_of(settled);
  REQUIRE(at_fixed.size() == at_settled.size());
  CHECK(at_fixed.size() > 4);
  std::size_t more = 0;
  for (const auto& [point, seeds] : at_settled) {
    CHECK(at_fixed.contains(point));
    more += seeds.size() > 4;
  }
  CHECK(more > 0);
}

TEST_CASE("replicate: shards are made of whole points, whatever they have come to") {
  const Sweep sweep = sweep_of(grid);
  Memory memory;
  const Sweep settled = memory.complete(sweep, 1000);
  std::map<std::pair<double, double>, std::set<std::uint64_t>> shards;
  for (const Sweep* each : {&sweep, &settled}) {
    std::set<std::uint64_t> all;
    for (std::uint64_t index = 1; index <= 3; ++index) {
      const ShardMembers members(*each, {index, 3});
      std::size_t size = 0;
      each->for_each([&](const TrialSpec& trial) {
        if (!members.has(trial.id)) return true;
        CHECK(all.insert(trial.id).second);
        shards[{trial.params.real("x"), trial.params.real("spread")}].insert(index);
        return ++size > 0;
      });
      CHECK(size > 0);
    }
    CHECK(all.size() == each->ids().size());
  }
  for (const auto& [point, of_it] : shards) CHECK(of_it.size() == 1);
}

TEST_CASE("replicate: what is wrong is told with its place") {
  const auto expect = [](const std::string& seeds, const std::string& place, const std::string& part) {
    CAPTURE(seeds);
    test::check_refused(read("sweep: {x: [0, 1]}\nseeds: " + seeds + "\n"), place, part);
  };
  expect("{until: {metric: g, ci: 1, max: 5}}", "4:16", "no scalar 'g'");
  expect("{until: {metric: f, ci: 0, max: 5}}", "4:32", "above 0");
  expect("{until: {metric: f, ci: wide, max: 5}}", "4:32", "expected a finite number");
  expect("{until: {metric: f, max: 5}}", "4:16", "'ci' is missing");
  expect("{until: {metric: f, ci: 1, max: 3}}", "4:40", "from 4 to 1000000");
  expect("{until: {metric: f, ci: 1}}", "4:16", "from 4 to 1000000");
  expect("{until: {metric: f, ci: 1, max: 9, min: 1}}", "4:48", "at least 2");
  expect("{until: {metric: f, ci: 1, max: 9, mim: 3}}", "4:43", "did you mean 'min'");
  expect("{until: 3}", "4:16", "until: expected a map");
  expect("{until: {metric: f, ci: 1, max: 9}, n: 3}", "4:44", "unknown key 'n'");
  expect("{untill: {metric: f, ci: 1, max: 9}}", "4:8", "did you mean 'until'");
}

}  // namespace
}  // namespace qklab
