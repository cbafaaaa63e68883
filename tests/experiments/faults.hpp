// Shipped configs with a fault in their experiment, and the verdicts that come of it.
#pragma once

#include <functional>

#include "core/system/file.hpp"
#include "tests/experiments/sweeps.hpp"
#include "tests/source_directory.hpp"

namespace qklab::testing {

using Runs = std::function<void(const Trial&, Result&)>;

// The shipped config, run by a twin of its experiment that runs `run` instead.
inline std::map<std::string, std::string> outcomes_of(const std::string& config,
                                                      const std::string& experiment, const std::string& fault,
                                                      const Runs& run,
                                                      const std::vector<std::string>& overrides) {
  const std::string name = experiment + "_" + fault;
  if (!find_experiment(name)) {
    const Experiment& real = *find_experiment(experiment);
    Experiment twin = real;
    twin.name = name;
    twin.parameters = Schema{};
    for (const Parameter& parameter : real.parameters)
      if (parameter.name != "seed") twin.parameters.add(parameter);
    twin.run = run;
    register_experiment(std::move(twin));
  }
  std::string text = read_file(source_directory() + "/configs/" + config + ".yaml");
  const std::string line = "experiment: " + experiment + "\n";
  const auto at = text.find(line);
  REQUIRE(at != std::string::npos);
  text.replace(at, line.size(), "experiment: " + name + "\n");
  return outcomes(text, overrides);
}

// Of the config that has its experiment's name.
inline std::map<std::string, std::string> outcomes_with(const std::string& experiment,
                                                        const std::string& fault, const Runs& run,
                                                        const std::vector<std::string>& overrides) {
  return outcomes_of("fig_" + experiment, experiment, fault, run, overrides);
}

// Runs the real experiment with a parameter other than the trial's label says.
inline Runs mislabelled(const std::string& experiment, const std::string& parameter,
                        const std::function<Value(const Parameters&)>& actual) {
  return [=](const Trial& trial, Result& result) {
    const std::atomic<bool> stop{false};
    Parameters params = trial.params;
    params.set(*params.schema().find(parameter), actual(trial.params));
    find_experiment(experiment)->run(Trial(params, trial.id, stop), result);
  };
}

inline Runs unchanged(const std::string& experiment) { return find_experiment(experiment)->run; }

// The place of a metric among those of its experiment.
inline std::size_t slot(const std::vector<Metric>& metrics, const Metric* metric) {
  return static_cast<std::size_t>(metric - metrics.data());
}

}  // namespace qklab::testing
