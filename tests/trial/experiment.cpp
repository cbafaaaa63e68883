#include "core/trial/experiment.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "tests/support/specimen.hpp"

using namespace qklab;

namespace {

Experiment declare(const std::string& name) {
  Experiment experiment;
  experiment.name = name;
  experiment.parameters = {real("x", 0.5, "")};
  experiment.scalars = {{"loss", "", "", ""}, {"gap", "", "", ""}};
  experiment.series = {{"curve", "", "", "position"}};
  experiment.arrays = {{"map", "", "", "row, column"}};
  experiment.run = [](const Trial&, Result&) {};
  return experiment;
}

std::string refusal(Experiment experiment) {
  try {
    register_experiment(std::move(experiment));
  } catch (const Error& e) {
    return e.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("experiment: results hold what was declared, once") {
  const Experiment experiment = declare("result");
  Result result(experiment);
  CHECK(std::isnan(result.scalars[0]));
  result.scalar("gap", 2);
  CHECK(result.scalars[1] == 2);
  CHECK_THROWS_AS(result.scalar("gap", 3), Error);
  CHECK_THROWS_WITH_AS(result.scalar("lost", 3),
                       "the experiment declares no scalar 'lost' (did you mean 'loss'?)", Error);
  result.series("curve", {5, 6});
  CHECK(result.all_series[0].index == std::vector<double>{1, 2});
  CHECK_THROWS_AS(result.series("curve", {5, 6}), Error);
  CHECK_THROWS_AS(result.series("gap", {5, 6}), Error);
  CHECK_THROWS_AS(result.array("map", {2, 2}, {1, 2, 3}), Error);
  result.array("map", {1, 3}, {1, 2, 3});
  CHECK_THROWS_AS(result.array("map", {1, 3}, {1, 2, 3}), Error);
  CHECK(result.status == Status::done);
  result.diverged("loss is nan");
  CHECK(result.status == Status::diverged);
  CHECK(result.scalars[1] == 2);
}

TEST_CASE("experiment: index and values of a series must have one length") {
  const Experiment experiment = declare("lengths");
  Result result(experiment);
  CHECK_THROWS_AS(result.series("curve", {1, 2, 3}, {5, 6}), Error);
}

TEST_CASE("experiment: registration adds a seed and refuses contradictions") {
  const Experiment& registered = register_experiment(declare("registered"));
  CHECK(registered.parameters.find("seed").has_value());
  CHECK(find_experiment("registered") == &registered);
  CHECK(refusal(declare("registered")) == "an experiment 'registered' is registered already");
  CHECK(refusal(declare("a/b")).find("letters") != std::string::npos);

  Experiment column = declare("column");
  column.scalars.push_back({"x", "", "", ""});
  CHECK(refusal(column) == "experiment 'column': scalar 'x' is a name already taken");
  Experiment fallback = declare("fallback");
  fallback.parameters.add(real("y", 3.0, "").range(0, 1));
  CHECK(refusal(fallback) == "experiment 'fallback': default of 'y': expected a number in [0, 1], got 3");
  Experiment overlay = declare("overlay");
  overlay.overlays = {{"curve", "theory"}};
  CHECK(refusal(overlay) == "experiment 'overlay': overlay of an unknown scalar or series 'theory'");
  overlay.scalars.push_back({"y", "", "", ""});
  overlay.scalars.push_back({"y_theory", "", "", ""});
  overlay.overlays = {{"curve", "y_theory"}};
  CHECK(refusal(overlay) ==
        "experiment 'overlay': overlay: 'y_theory' and 'curve' must both be scalars or both series");
  overlay.overlays = {{"y", "y_theory"}};
  CHECK(refusal(overlay) == "accepted");
  Experiment baseline = declare("baseline");
  baseline.baselines = {{"curve", "none", "nothing"}};
  CHECK(refusal(baseline) == "experiment 'baseline': baseline of an unknown scalar or series 'none'");
  baseline.scalars.push_back({"y", "", "", ""});
  baseline.baselines = {{"curve", "y", "nothing"}};
  CHECK(refusal(baseline) ==
        "experiment 'baseline': baseline: 'y' and 'curve' must both be scalars or both series");
  baseline.baselines = {{"y", "y", ""}};
  CHECK(refusal(baseline) == "experiment 'baseline': baseline: 'y' has no label");
  baseline.baselines = {{"y", "y", "nothing", "curve"}};
  CHECK(refusal(baseline) ==
        "experiment 'baseline': baseline: 'curve' and 'y' must both be scalars or both series");
  baseline.baselines = {{"y", "y", "nothing", "y"}};
  CHECK(refusal(baseline) == "accepted");
  Experiment idle = declare("idle");
  idle.run = nullptr;
  CHECK(refusal(idle) == "experiment 'idle': it has no run function");
}

TEST_CASE("experiment: a registered one never moves") {
  const Experiment* first = &register_experiment(declare("first"));
  for (int i = 0; i < 100; ++i) register_experiment(declare("later" + std::to_string(i)));
  CHECK(find_experiment("first") == first);
}

TEST_CASE("experiment: a trial's streams depend on seed, trial and purpose") {
  const Schema schema{integer("seed", 0, "")};
  Parameters a(schema), b(schema);
  a.set(0, std::int64_t{0});
  b.set(0, std::int64_t{1});
  const std::atomic<bool> stop{false};
  const auto draw = [&](const Parameters& params, std::uint64_t id, const char* purpose) {
    return Trial(params, id, stop).stream(purpose).bits();
  };
  CHECK(draw(a, 7, "tokens") == draw(a, 7, "tokens"));
  CHECK(draw(a, 7, "tokens") != draw(a, 7, "init"));
  CHECK(draw(a, 7, "tokens") != draw(a, 8, "tokens"));
  CHECK(draw(a, 7, "tokens") != draw(b, 7, "tokens"));
}
