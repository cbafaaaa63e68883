// Runs a config's sweep in this thread and judges its claims: what `qklab run` does, without a directory.
#pragma once

#include <doctest/doctest.h>

#include <atomic>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/claims/claim.hpp"
#include "core/run/scheduler.hpp"

namespace qklab::testing {

inline Results results_of(const Sweep& sweep) {
  const std::atomic<bool> stop{false};
  Results results;
  results.experiment = &sweep.experiment();
  for (const Metric& metric : results.experiment->series) results.loaded_series.push_back(metric.name);
  sweep.for_each([&](const TrialSpec& spec) {
    Result result = run_trial(sweep.experiment(), spec, stop);
    results.trials.push_back({spec.id, spec.params, result.status, result.message, std::move(result.scalars),
                              std::move(result.all_series)});
    return true;
  });
  return results;
}

// `body` is what follows name and experiment in a config.
inline Results results_of(const std::string& experiment, const std::string& body) {
  Diagnostics diagnostics;
  const Config config = parse_config(
      {"test.yaml", "name: t\nexperiment: " + experiment + "\n" + body, "fast", {}}, diagnostics);
  diagnostics.throw_if_any();
  return results_of(config.sweep);
}

inline const Series& series(const Results& results, const TrialRecord& trial, const std::string& name) {
  const Metric* metric = results.experiment->series_metric(name);
  REQUIRE_MESSAGE(metric != nullptr, "no series ", name);
  return trial.series[static_cast<std::size_t>(metric - results.experiment->series.data())];
}

inline double scalar(const Results& results, const TrialRecord& trial, const std::string& name) {
  const Metric* metric = results.experiment->scalar_metric(name);
  REQUIRE_MESSAGE(metric != nullptr, "no scalar ", name);
  return trial.scalars[static_cast<std::size_t>(metric - results.experiment->scalars.data())];
}

// Outcomes of a config's claims by their ids.
inline std::map<std::string, std::string> outcomes(const std::string& text,
                                                   const std::vector<std::string>& overrides) {
  Diagnostics diagnostics;
  const Config config = parse_config({"test.yaml", text, "fast", overrides}, diagnostics);
  const std::vector<Claim> claims = parse_claims(config, diagnostics);
  diagnostics.throw_if_any();
  std::map<std::string, std::string> found;
  for (const Verdict& verdict : judge(claims, results_of(config.sweep)))
    found[verdict.id] = name_of(verdict.outcome);
  return found;
}

}  // namespace qklab::testing
