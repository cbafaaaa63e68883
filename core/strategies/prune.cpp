#include "core/strategies/prune.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/schema/plugin.hpp"
#include "core/text/decimal.hpp"

namespace qklab {
namespace {

using Known = std::unordered_map<std::uint64_t, const TrialRecord*>;
using Point = std::vector<std::uint64_t>;  // the ids of its trials, in the order of seeds

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

// A number whose lower values are better; infinity if there is no value at that step.
double loss_of(const Prune& pruning, const Series& series, std::uint64_t step) {
  double last = std::numeric_limits<double>::quiet_NaN();
  for (std::size_t i = 0; i < series.index.size() && series.index[i] <= static_cast<double>(step); ++i)
    last = series.value[i];
  if (!std::isfinite(last)) return std::numeric_limits<double>::infinity();
  return pruning.highest ? -last : last;
}

double loss_of(const Prune& pruning, std::size_t slot, const Point& point, const Known& known,
               std::uint64_t step) {
  double sum = 0;
  for (const std::uint64_t id : point) {
    const TrialRecord& trial = *known.at(id);
    const bool counts = trial.status == Status::done || trial.status == Status::pruned;
    sum += counts ? loss_of(pruning, trial.series[slot], step) : std::numeric_limits<double>::infinity();
  }
  return sum / static_cast<double>(point.size());
}

// Returns the best points in their original order.
std::vector<Point> best_of(const std::vector<Point>& points, const std::vector<double>& losses, double keep) {
  std::vector<std::size_t> order(points.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return losses[a] < losses[b]; });
  // A tenth of 30 is 3, although 0.1 * 30 is more in binary.
  const double kept = std::ceil(keep * static_cast<double>(points.size()) - 1e-9);
  order.resize(std::max<std::size_t>(1, static_cast<std::size_t>(kept)));
  std::sort(order.begin(), order.end());
  std::vector<Point> best;
  for (const std::size_t i : order) best.push_back(points[i]);
  return best;
}

std::shared_ptr<Strategy> read_prune(const YAML::Node& node, const YamlFile& file, Diagnostics& diagnostics) {
  MapReader map(node, file, diagnostics, "prune");
  if (!node.IsMap()) return nullptr;  // the error was reported
  const auto prune = std::make_shared<Prune>();
  prune->metric = map.required_text("metric");
  prune->highest = map.choice("best", {"lowest", "highest"}) == "highest";
  prune->keep = map.required_real("keep");
  if (prune->keep <= 0 || prune->keep >= 1)
    diagnostics.error(map.place("keep"), "prune: keep: expected the share that goes on, between 0 and 1");
  bool ascending = map.has("at");
  for (const std::string& text : map.texts("at")) {
    const auto step = parse_whole(text);
    const auto before = prune->at.empty() ? 0 : static_cast<std::int64_t>(prune->at.back());
    ascending = ascending && step && *step > before;
    if (ascending) prune->at.push_back(static_cast<std::uint64_t>(*step));
  }
  if (!ascending || prune->at.empty())
    diagnostics.error(map.place("at"), "prune: at: expected steps, each after the one before: [50, 100]");
  map.finish();
  return prune;
}

void add_prune() {
  StrategyKinds::all().add(
      {"prune", "lets only the best points go on to more steps", StrategyKind::Section::config, read_prune});
}

}  // namespace

void Prune::check(const Sweep& sweep, Diagnostics& diagnostics) const {
  const Experiment& experiment = sweep.experiment();
  const auto error = [&](const std::string& message) { diagnostics.error(place, "prune: " + message); };
  if (!experiment.stops) {
    return error(fmt::format("a trial of '{}' cannot stop at a step and go on later", experiment.name));
  }
  std::vector<std::string> names;
  for (const Metric& each : experiment.series)
    if (!is_family(each.name)) names.push_back(each.name);
  if (std::find(names.begin(), names.end(), metric) == names.end()) {
    error(fmt::format("'{}' has no series '{}'{}; there are {}", experiment.name, metric,
                      did_you_mean(metric, names), fmt::join(names, ", ")));
  }
  if (grows(sweep)) error("a sweep with 'refine' or 'until' cannot be pruned: leave one of them out");
}

Round Prune::next_round(const Sweep& sweep, const Results& results) const {
  const Experiment& experiment = sweep.experiment();
  const auto slot = static_cast<std::size_t>(experiment.series_metric(metric) - experiment.series.data());
  Known known;
  for (const TrialRecord& trial : results.trials) known[trial.id] = &trial;
  std::vector<Point> points = points_of(sweep);
  for (std::size_t rung = 0;; ++rung) {
    Round round;
    if (rung < at.size()) round.stop_at = at[rung];
    for (const Point& point : points)
      for (const std::uint64_t id : point)
        if (!has_reached(known, id, round.stop_at)) round.trials.insert(id);
    if (!round.trials.empty() || !round.stop_at) return round;
    std::vector<double> losses;
    for (const Point& point : points) losses.push_back(loss_of(*this, slot, point, known, *round.stop_at));
    points = best_of(points, losses, keep);
  }
}

std::string Prune::outlook() const {
  return fmt::format(" (of which a share of {} goes on at each of the steps {})", keep, fmt::join(at, ", "));
}

std::string Prune::why_whole() const {
  return "prune: which trials go on is known only where all of them are; run it without shards, or with "
         "'prune: none'";
}

QKLAB_REGISTER(add_prune)

}  // namespace qklab
