#include "core/results/baselines.hpp"

#include <fmt/format.h>

#include <cmath>

namespace qklab {
namespace {

// Sums of the same terms in another order differ by rounding.
constexpr double equal = 1e-12;

bool can_end_lower(const Results& results, const TrialRecord& trial, const BaselineOverlay& pair) {
  if (pair.floor.empty()) return true;
  const double baseline = scalar_of(results, trial, pair.baseline);
  return !(baseline - scalar_of(results, trial, pair.floor) <=
           equal * std::abs(baseline));  // a NaN is no floor
}

}  // namespace

std::vector<std::string> told_of_baselines(const Results& results) {
  std::vector<std::string> told;
  for (const BaselineOverlay& pair : results.experiment->baselines) {
    if (!results.experiment->scalar_metric(pair.metric)) continue;
    std::size_t counted = 0, no_lower = 0;
    for (const TrialRecord& trial : results.trials) {
      if (trial.status != Status::done || !can_end_lower(results, trial, pair)) continue;
      const double value = scalar_of(results, trial, pair.metric);
      const double baseline = scalar_of(results, trial, pair.baseline);
      if (std::isnan(value) || std::isnan(baseline)) continue;
      ++counted;
      no_lower += value >= baseline;
    }
    if (no_lower > 0)
      told.push_back(fmt::format("{} of {} trials ended with {} at or above {} ({})", no_lower, counted,
                                 pair.metric, pair.baseline, pair.label));
  }
  return told;
}

}  // namespace qklab
