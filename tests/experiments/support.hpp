// Runs one trial of a registered experiment, and reads what it yields by name.
#pragma once

#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/run/scheduler.hpp"

namespace qklab::testing {

struct Outcome {
  const Experiment* experiment;
  Result result;

  double scalar(std::string_view name) const {
    const Metric* metric = experiment->scalar_metric(name);
    REQUIRE_MESSAGE(metric != nullptr, "no scalar ", name);
    return result.scalars[static_cast<std::size_t>(metric - experiment->scalars.data())];
  }
  const std::vector<double>& series(std::string_view name) const {
    const Metric* metric = experiment->series_metric(name);
    REQUIRE_MESSAGE(metric != nullptr, "no series ", name);
    return result.all_series[static_cast<std::size_t>(metric - experiment->series.data())].value;
  }
};

// Defaults, changed by `settings`.
inline Outcome run(std::string_view name, const std::vector<std::pair<std::string, Value>>& settings) {
  const Experiment* experiment = find_experiment(name);
  REQUIRE_MESSAGE(experiment != nullptr, "no experiment ", name);
  Parameters params(experiment->parameters);
  for (std::size_t i = 0; i < experiment->parameters.size(); ++i) {
    const Parameter& parameter = experiment->parameters[i];
    if (parameter.fallback) params.set(i, *parameter.fallback);
    for (const auto& [key, value] : settings) {
      if (key == parameter.name) params.set(i, value);
    }
    const bool given = params[i] != Value{} || parameter.fallback;
    if (!given && parameter.derive) params.set(i, parameter.derive(params));
  }
  for (const auto& setting : settings) {
    REQUIRE_MESSAGE(experiment->parameters.find(setting.first).has_value(), name, " has no parameter ",
                    setting.first);
  }
  const std::atomic<bool> stop{false};
  Outcome outcome{experiment, run_trial(*experiment, {trial_id(*experiment, params), params}, stop)};
  CHECK_MESSAGE(outcome.result.status == Status::done, outcome.result.message);
  return outcome;
}

}  // namespace qklab::testing
