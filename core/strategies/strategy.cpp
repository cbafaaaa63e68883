#include "core/strategies/strategy.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace qklab {

std::vector<std::string> strategy_names(StrategyKind::Section section) {
  std::vector<std::string> names;
  for (const StrategyKind* kind : StrategyKinds::all().entries())
    if (kind->section == section) names.emplace_back(kind->name);
  return names;
}

const Strategy* find_strategy(const Sweep& sweep, std::string_view kind) {
  const auto& all = sweep.strategies();
  const auto found =
      std::ranges::find_if(all, [&](const StrategyPointer& each) { return each->kind == kind; });
  return found == all.end() ? nullptr : found->get();
}

const Strategy* selecting_strategy(const Sweep& sweep) {
  const auto& all = sweep.strategies();
  const auto found =
      std::ranges::find_if(all, [](const StrategyPointer& each) { return each->decides_by().has_value(); });
  return found == all.end() ? nullptr : found->get();
}

bool grows(const Sweep& sweep) {
  return std::ranges::any_of(sweep.strategies(), [](const StrategyPointer& each) {
    return each->adds_points() || each->adds_replicates();
  });
}

bool adds_points(const Sweep& sweep) {
  return std::ranges::any_of(sweep.strategies(),
                             [](const StrategyPointer& each) { return each->adds_points(); });
}

void check_strategies(const Sweep& sweep, Diagnostics& diagnostics) {
  for (const StrategyPointer& each : sweep.strategies()) each->check(sweep, diagnostics);
}

Sweep grow(const Sweep& sweep, const FinishedTrials& finished) {
  Sweep grown = sweep;
  for (const StrategyPointer& each : sweep.strategies())
    if (each->adds_points()) grown = each->grow(grown, finished);
  for (const StrategyPointer& each : sweep.strategies())
    if (!each->adds_points()) grown = each->grow(grown, finished);
  return grown;
}

std::string account_of(const Sweep& sweep, const Results& results) {
  std::string all;
  for (const StrategyPointer& each : sweep.strategies()) {
    const std::string one = each->account(sweep, results);
    if (!one.empty()) all += (all.empty() ? "" : "; ") + one;
  }
  return all;
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
