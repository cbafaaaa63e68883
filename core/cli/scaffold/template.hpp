// The files that `qklab new experiment` writes. NAME stands for the experiment's name.
#pragma once

#include <string_view>

namespace qklab {

inline constexpr std::string_view experiment_template =
    R"(// NAME: how far a random walk of `steps` steps with a drift ends from its start.
//
// Replace the example by your own: parameters, metrics, run, claims. `qklab describe NAME` shows the result.
#include <cmath>
#include <vector>

#include "core/trial/experiment.hpp"

namespace qklab {
namespace {

void run(const Trial& trial, Result& result) {
  const std::size_t steps = trial.params.count("steps");
  const double drift = trial.params.real("drift");
  Stream random = trial.stream("steps");  // keyed by (seed, trial, purpose): the same numbers every time

  std::vector<double> distance, theory;
  double position = 0;
  for (std::size_t t = 1; t <= steps; ++t) {
    trial.check();             // lets Ctrl-C stop a long trial
    position += drift + random.normal();
    trial.progress(t, steps, {{"position", position}});  // for those who wait
    distance.push_back(position * position);
    const auto time = static_cast<double>(t);
    theory.push_back(time + drift * drift * time * time);
  }
  result.scalar("final", distance.back());
  result.series("distance", distance);
  result.series("distance_theory", theory);
}

Experiment make() {
  Experiment experiment;
  experiment.name = "NAME";
  experiment.version = 1;  // raise it when results change: a trial's identity depends on it
  experiment.doc = "Squared distance of a random walk with drift.";
  experiment.parameters = {
      integer("steps", 20, "number of steps").range(1, 100000),
      real("drift", 0.0, "mean of a step").range(-10, 10),
  };
  experiment.scalars = {{"final", "", "squared distance at the end", ""}};
  experiment.series = {
      {"distance", "", "squared distance", "step"},
      {"distance_theory", "", "its expectation, t + (drift t)^2", "step"},
  };
  experiment.overlays = {{"distance", "distance_theory"}};
  experiment.run = run;
  return experiment;
}

}  // namespace
}  // namespace qklab

QKLAB_EXPERIMENT(qklab::make)
)";

inline constexpr std::string_view config_template = R"(# yaml-language-server: $schema=NAME.schema.json
name: NAME
experiment: NAME
params: {steps: 20}
sweep:
  drift: [0, 0.5, 1]
seeds: 200
presets:
  smoke: {seeds: 50}
figures:
  - {name: distance, plot: band, x: step, y: distance, color: drift, theory: distance_theory}
claims:
  - id: faster_with_drift
    text: A drift of 1 takes the walk at least twice as far as none.
    test: ratio
    metric: final
    where: "drift == 1"
    against: "drift == 0"
    at_least: 2
    demand: holds
)";

// Here @NAME@ stands for the name, since NAME is a keyword of CMake.
inline constexpr std::string_view cmake_template = R"(cmake_minimum_required(VERSION 3.25)
project(@NAME@ LANGUAGES CXX)
@PLUGIN@
qklab_plugin(@NAME@ @NAME@.cpp)

# By this file, which the first line of @NAME@.yaml names, editors complete and check the config.
add_custom_command(TARGET @NAME@ POST_BUILD COMMAND "${QKLAB_PROGRAM}" schema --plugin "$<TARGET_FILE:@NAME@>"
  --out "${CMAKE_SOURCE_DIR}/@NAME@.schema.json" VERBATIM)

# The claims of @NAME@.yaml are the test: the run exits 1 where one that demands to hold does not.
add_test(NAME @NAME@ COMMAND "${QKLAB_PROGRAM}" run "${CMAKE_SOURCE_DIR}/@NAME@.yaml" --preset smoke
  --plugin "$<TARGET_FILE:@NAME@>" --out "${CMAKE_BINARY_DIR}/smoke")
)";

// The test in qklab's own source tree, where experiments are compiled in.
inline constexpr std::string_view test_template = R"(#include <doctest/doctest.h>

#include <atomic>

#include "core/run/scheduler.hpp"

using namespace qklab;

TEST_CASE("NAME: one trial yields all that it declares") {
  const Experiment* experiment = find_experiment("NAME");
  REQUIRE(experiment != nullptr);
  Parameters params(experiment->parameters);
  for (std::size_t i = 0; i < experiment->parameters.size(); ++i) params.set(i, *experiment->parameters[i].fallback);

  const std::atomic<bool> stop{false};
  const Result result = run_trial(*experiment, {trial_id(*experiment, params), params}, stop);
  CHECK_MESSAGE(result.status == Status::done, result.message);
  CHECK(result.scalars[0] >= 0);
  CHECK(result.all_series[0].value.size() == params.count("steps"));
}
)";

}  // namespace qklab
