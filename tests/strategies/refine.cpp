#include "core/strategies/refine.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <set>

#include "tests/support/checks.hpp"
#include "tests/support/rounds.hpp"

namespace qklab {
namespace {

// f = x^2 + y^2 crosses 1/2 on a circle; it fails where x > y + 2.
const Experiment& circle() {
  if (const Experiment* known = find_experiment("circle")) return *known;
  Experiment experiment;
  experiment.name = "circle";
  experiment.parameters = {real("x", 0.0, "").range(-10, 10), real("y", 0.0, "").range(0, 10),
                           integer("n", 1, ""), real("z", 0.0, "")};
  experiment.scalars = {{"f", "", "", ""}};
  experiment.run = [](const Trial& trial, Result& result) {
    const double x = trial.params.real("x"), y = trial.params.real("y");
    if (x > y + 2) throw Error("outside");
    result.scalar("f", x * x + y * y);
  };
  return register_experiment(experiment);
}

test::Reading read(const std::string& body) {
  circle();
  return test::read_config("name: t\nexperiment: circle\n" + body);
}

Sweep sweep_of(const std::string& body) { return test::sweep_of(read(body)); }

const std::string plane =
    "sweep:\n  x: {linspace: [0, 1, 5]}\n  y: {linspace: [0, 1, 5]}\n"
    "  refine: {metric: f, threshold: 0.5, budget: 300}\nseeds: 2\n";

double distance(const Parameters& p) {
  return std::abs(std::hypot(p.real("x"), p.real("y")) - std::sqrt(0.5));
}

TEST_CASE("refine: spends its budget, and no more, near the threshold") {
  Memory memory;
  const Sweep sweep = sweep_of(plane);
  REQUIRE(sweep.ids().size() == 50);
  const Sweep refined = memory.complete(sweep, 1000000);
  const std::size_t added = refined.ids().size() - 50;
  CHECK(added <= 300);
  CHECK(added > 290);
  CHECK(refined.grid_size() == refined.ids().size());
  std::size_t k = 0, close = 0;
  refined.for_each([&](const TrialSpec& trial) {
    if (k++ < 50) return true;
    CHECK(distance(trial.params) <= 0.25 * std::sqrt(2));  // not farther than one cell of the grid
    close += distance(trial.params) <= 0.1;
    return true;
  });
  CHECK(close >= 0.75 * static_cast<double>(added));
}

TEST_CASE("refine: any interruption ends with the same sweep") {
  const Sweep sweep = sweep_of(plane);
  check_interruptions(sweep);
  Memory at_once;
  const std::vector<std::uint64_t> expected = at_once.complete(sweep, 1000000).ids();
  // A sweep that is already refined starts from its grid again.
  CHECK(grow(grow(sweep, at_once.finished()), at_once.finished()).ids() == expected);
}

TEST_CASE("refine: nothing before the grid is finished, nothing where nothing crosses") {
  Memory memory;
  const Sweep sweep = sweep_of(plane);
  memory.run(sweep, 49);
  CHECK(grow(sweep, memory.finished()).ids().size() == 50);
  Memory other;
  const Sweep flat = sweep_of("sweep:\n  x: [0, 1]\n  refine: {metric: f, threshold: 7, budget: 10}\n");
  CHECK(other.complete(flat, 100).ids().size() == 2);
}

TEST_CASE("refine: one axis is bisected; logarithmic ones at the geometric mean") {
  const auto nearest = [](const Sweep& sweep) {
    double best = 1e300;
    sweep.for_each([&](const TrialSpec& trial) {
      best = std::min(best, std::abs(trial.params.real("x") - std::sqrt(0.5)));
      return true;
    });
    return best;
  };
  Memory memory;
  const Sweep line = sweep_of("sweep:\n  x: [0, 1]\n  refine: {metric: f, threshold: 0.5, budget: 20}\n");
  const Sweep refined = memory.complete(line, 100);
  CHECK(refined.ids().size() == 22);
  CHECK(nearest(refined) <= std::pow(0.5, 20));

  Memory logs;
  const Sweep logarithmic =
      sweep_of("sweep:\n  x: {logspace: [0.01, 1, 3]}\n  refine: {metric: f, threshold: 0.5, budget: 1}\n");
  bool found = false;
  logs.complete(logarithmic, 100).for_each([&](const TrialSpec& trial) {
    found |= std::abs(trial.params.real("x") - std::sqrt(0.1)) < 1e-12;
    return true;
  });
  CHECK(found);
  // However large the budget, refinement ends at the resolution of doubles.
  Memory fine;
  const Sweep endless =
      sweep_of("sweep:\n  x: [0, 1]\n  refine: {metric: f, threshold: 0.5, budget: 1000000}\n");
  CHECK(fine.complete(endless, 1000000).ids().size() < 100);
}

TEST_CASE("refine: cells at failed trials and at points left out are not crossed") {
  Memory memory;
  const Sweep failing =
      sweep_of("sweep:\n  x: [0, 5]\n  y: [0, 1]\n  refine: {metric: f, threshold: 0.5, budget: 100}\n");
  CHECK(memory.complete(failing, 100).ids().size() == 4);
  Memory other;
  const Sweep half = sweep_of(
      "sweep:\n  x: [0, 0.5, 1]\n  y: [0, 0.5, 1]\n  refine: {metric: f, threshold: 0.5, budget: 100}\n"
      "where: \"x >= y\"\n");
  other.complete(half, 100).for_each([&](const TrialSpec& trial) {
    CHECK(trial.params.real("x") >= trial.params.real("y"));
    return true;
  });
}

TEST_CASE("refine: what is wrong is told with its place") {
  const auto expect = [](const std::string& body, const std::string& part) {
    CAPTURE(body);
    test::check_refused(read(body), "", part);
  };
  expect("sweep: {x: [0, 1], refine: {metric: g, threshold: 1, budget: 5}}\n", "no scalar 'g'");
  expect("sweep: {x: [0, 1], refine: {metric: f, threshold: 1, budget: 0}}\n", "at least 1");
  expect("sweep: {x: [0, 1], refine: {metric: f, threshold: 1, budget: 5, depth: 3}}\n", "depth");
  expect("sweep: {refine: {metric: f, threshold: 1, budget: 5}}\n", "one or two real parameters");
  expect("sweep: {x: [0, 1], y: [0, 1], z: [0, 1], refine: {metric: f, threshold: 1, budget: 5}}\n",
         "one or two real parameters");
  expect("sweep: {x: [0, 1], n: [0, 1], refine: {metric: f, threshold: 1, budget: 5}}\n",
         "one or two real parameters");
  expect("sweep: {zip: [{x: [0, 1], y: [0, 1]}], refine: {metric: f, threshold: 1, budget: 5}}\n",
         "one or two real parameters");
  expect("sweep: {grid: [{x: [0, 1], refine: {metric: f, threshold: 1, budget: 5}}]}\n",
         "grid: holds axes only");
}

TEST_CASE("refine: a budget is a whole number however it is written") {
  const auto budget = [](const std::string& text) {
    const Sweep sweep =
        sweep_of("sweep:\n  x: [0, 1]\n  refine: {metric: f, threshold: 0.5, budget: " + text + "}\n");
    return dynamic_cast<const Refine&>(*find_strategy(sweep, "refine")).budget;
  };
  CHECK(budget("1e2") == 100);
  CHECK(budget("20.0") == 20);
}

}  // namespace
}  // namespace qklab
