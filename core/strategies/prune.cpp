#include "core/strategies/prune.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/strategies/grow.hpp"

namespace qklab {
namespace {

using Known = std::unordered_map<std::uint64_t, const TrialRecord*>;
using Point = std::vector<std::uint64_t>;  // its trials, in the order of seeds

std::vector<Point> points_of(const Sweep& sweep) {
  std::vector<Point> points;
  std::optional<std::uint64_t> last;
  sweep.for_each_replicate([&](std::uint64_t point, const TrialSpec& trial) {
    if (last != point) points.emplace_back();
    last = point;
    points.back().push_back(trial.id);
  });
  return points;
}

bool has_reached(const Known& known, std::uint64_t id, std::optional<std::uint64_t> step) {
  const auto found = known.find(id);
  if (found == known.end()) return false;
  if (found->second->status != Status::pruned) return true;
  return step && pruned_at(found->second->message).value_or(0) >= *step;
}

// The lower the better, infinity where there is no such number.
double loss_of(const Pruning& pruning, const Series& series, std::uint64_t step) {
  double last = std::numeric_limits<double>::quiet_NaN();
  for (std::size_t i = 0; i < series.index.size() && series.index[i] <= static_cast<double>(step); ++i)
    last = series.value[i];
  if (!std::isfinite(last)) return std::numeric_limits<double>::infinity();
  return pruning.highest ? -last : last;
}

double loss_of(const Pruning& pruning, std::size_t slot, const Point& point, const Known& known,
               std::uint64_t step) {
  double sum = 0;
  for (const std::uint64_t id : point) {
    const TrialRecord& trial = *known.at(id);
    const bool counts = trial.status == Status::done || trial.status == Status::pruned;
    sum += counts ? loss_of(pruning, trial.series[slot], step) : std::numeric_limits<double>::infinity();
  }
  return sum / static_cast<double>(point.size());
}

// In the order in which they were.
std::vector<Point> best_of(const std::vector<Point>& points, const std::vector<double>& losses, double keep) {
  std::vector<std::size_t> order(points.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return losses[a] < losses[b]; });
  // A tenth of 30 is 3, though 0.1 * 30 is more.
  const double kept = std::ceil(keep * static_cast<double>(points.size()) - 1e-9);
  order.resize(std::max<std::size_t>(1, static_cast<std::size_t>(kept)));
  std::sort(order.begin(), order.end());
  std::vector<Point> best;
  for (const std::size_t i : order) best.push_back(points[i]);
  return best;
}

}  // namespace

void check_pruning(const Sweep& sweep, Diagnostics& diagnostics) {
  if (!sweep.pruning()) return;
  const Pruning& pruning = *sweep.pruning();
  const Experiment& experiment = sweep.experiment();
  const auto error = [&](const std::string& message) {
    diagnostics.error(pruning.place, "prune: " + message);
  };
  if (!experiment.stops) {
    return error(fmt::format("a trial of '{}' cannot stop at a step and go on later", experiment.name));
  }
  std::vector<std::string> names;
  for (const Metric& metric : experiment.series)
    if (!is_family(metric.name)) names.push_back(metric.name);
  if (std::find(names.begin(), names.end(), pruning.metric) == names.end()) {
    error(fmt::format("'{}' has no series '{}'{}; there are {}", experiment.name, pruning.metric,
                      did_you_mean(pruning.metric, names), fmt::join(names, ", ")));
  }
  if (sweep.grows()) error("a sweep with 'refine' or 'until' cannot be pruned: leave one of them out");
}

PruneRound next_round(const Sweep& sweep, const Results& results) {
  const Pruning& pruning = *sweep.pruning();
  const Experiment& experiment = sweep.experiment();
  const auto slot =
      static_cast<std::size_t>(experiment.series_metric(pruning.metric) - experiment.series.data());
  Known known;
  for (const TrialRecord& trial : results.trials) known[trial.id] = &trial;
  std::vector<Point> points = points_of(sweep);
  for (std::size_t rung = 0;; ++rung) {
    PruneRound round;
    if (rung < pruning.at.size()) round.stop_at = pruning.at[rung];
    for (const Point& point : points)
      for (const std::uint64_t id : point)
        if (!has_reached(known, id, round.stop_at)) round.trials.insert(id);
    if (!round.trials.empty() || !round.stop_at) return round;
    std::vector<double> losses;
    for (const Point& point : points) losses.push_back(loss_of(pruning, slot, point, known, *round.stop_at));
    points = best_of(points, losses, pruning.keep);
  }
}

}  // namespace qklab
