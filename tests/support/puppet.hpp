// Runs sweeps in a temporary folder, and provides an experiment whose trials do what the current test
// demands.
#pragma once

#include "tests/support/walker.hpp"

namespace qklab::test {

inline RunOptions in(const Scratch& scratch, std::size_t jobs) {
  RunOptions options;
  options.jobs = jobs;
  options.directory = scratch.path;
  return options;
}

inline RunOutcome run(const Scratch& scratch, const Sweep& sweep, std::size_t jobs,
                      const std::atomic<bool>& stop = never) {
  Store store(scratch.db(), Store::Mode::write);
  return run_trials(sweep, store, in(scratch, jobs), stop);
}

// What each trial does; the current test sets it.
inline std::function<void(const Trial&, Result&)> behaviour;

inline const Experiment& puppet() {
  if (const Experiment* known = find_experiment("puppet")) return *known;
  Experiment puppet;
  puppet.name = "puppet";
  puppet.doc = "Does what a test says.";
  puppet.parameters = {integer("number", 0, "tells trials apart")};
  puppet.scalars = {{"value", "", "any", ""}};
  puppet.run = [](const Trial& trial, Result& result) { behaviour(trial, result); };
  puppet.cost = [](const Parameters& params) { return params.real("number"); };
  return register_experiment(puppet);
}

inline Sweep puppet_sweep(int numbers) {
  return sweep_of(puppet(), "sweep: {number: {range: [1, " + std::to_string(numbers) + ", 1]}}\n");
}

}  // namespace qklab::test
