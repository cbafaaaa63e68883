#include "core/strategies/grow.hpp"

#include <fmt/format.h>

#include "core/strategies/prune.hpp"
#include "core/strategies/refine.hpp"
#include "core/strategies/replicate.hpp"

namespace qklab {

void check_growth(const Sweep& sweep, Diagnostics& diagnostics) {
  check_refinement(sweep, diagnostics);
  check_pruning(sweep, diagnostics);
  if (const auto& until = sweep.replication())
    check_scalar(sweep.experiment(), until->metric, "until", until->place, diagnostics);
}

Sweep grow(const Sweep& sweep, const FinishedTrials& finished) {
  return replicate(refine(sweep, finished), finished);
}

void check_scalar(const Experiment& experiment, const std::string& metric, const std::string& what,
                  const Place& place, Diagnostics& diagnostics) {
  if (experiment.scalar_metric(metric)) return;
  std::vector<std::string> names;
  for (const Metric& each : experiment.scalars) names.push_back(each.name);
  diagnostics.error(place, fmt::format("{}: '{}' has no scalar '{}'{}", what, experiment.name, metric,
                                       did_you_mean(metric, names)));
}

std::size_t scalar_slot(const Experiment& experiment, const std::string& metric) {
  return static_cast<std::size_t>(experiment.scalar_metric(metric) - experiment.scalars.data());
}

}  // namespace qklab
