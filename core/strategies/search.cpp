#include "core/strategies/search.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include "core/base/elementary.hpp"
#include "core/base/nan.hpp"
#include "core/strategies/search_space.hpp"
#include "core/sweep/telling.hpp"

namespace qklab {

namespace {

// Draw number i from the space, the same in whatever order draws are made.
Axis::Point drawn(const Search& search, const Schema& schema, std::uint64_t i) {
  Axis::Point point;
  for (const Dimension& dimension : search.space) {
    const std::size_t at = *schema.find(dimension.name);
    const Parameter& parameter = schema[at];
    Stream stream(static_cast<std::uint64_t>(search.seed), hash_text(dimension.name), "search");
    stream = stream.substream(i);
    if (dimension.kind == Dimension::Kind::values) {
      std::vector<Value> values = values_of(dimension, parameter);
      point.emplace_back(at, values[stream.below(values.size())]);
      continue;
    }
    const bool whole = parameter.type == Type::integer;
    // Whole numbers at the ends are as likely as those between them.
    const double low = dimension.low - (whole ? 0.5 : 0), high = dimension.high + (whole ? 0.5 : 0);
    const double u = stream.uniform();
    double value =
        dimension.kind == Dimension::Kind::uniform
            ? low + u * (high - low)
            : elementary::exp(elementary::log(low) + u * (elementary::log(high) - elementary::log(low)));
    if (whole) value = std::round(value);
    value = std::clamp(value, dimension.low, dimension.high);
    point.emplace_back(at, whole ? Value(static_cast<std::int64_t>(value)) : Value(value));
  }
  std::ranges::sort(point, {}, &Axis::Point::value_type::first);
  return point;
}

}  // namespace

void Search::check(const Sweep& sweep, Diagnostics& diagnostics) const {
  const Experiment& experiment = sweep.experiment();
  check_scalar(experiment, metric, "search", place, diagnostics);
  for (const std::size_t i : sweep.varied()) {
    diagnostics.error(place, fmt::format("search: does not go with several values of '{}': leave them to "
                                         "search: space, or fix one under params",
                                         experiment.parameters[i].name));
  }
  for (const StrategyPointer& each : sweep.strategies()) {
    if (each.get() != this)
      diagnostics.error(place, fmt::format("search: does not go with {}; leave one of them out", each->kind));
  }
  for (const Dimension& dimension : space) check_dimension(dimension, experiment.parameters, diagnostics);
}

Sweep Search::grow(const Sweep& sweep, const FinishedTrials&) const {
  // What Optuna has proposed is in the sweep already, since it is stored.
  if (asks_optuna()) return sweep;
  std::vector<Axis::Point> points;
  for (std::uint64_t i = 1; i < budget; ++i) points.push_back(drawn(*this, sweep.experiment().parameters, i));
  return sweep.with_points(std::move(points));
}

std::string Search::outlook() const {
  return fmt::format(" of up to {} points that search asks for", budget);
}

std::string Search::why_whole() const {
  return "search: which points come next is known only where all earlier ones are; run it without shards";
}

std::string Search::account(const Sweep& sweep, const Results& results) const {
  const std::vector<SearchedPoint> points = searched_points(*this, sweep, results);
  const auto better = [&](double a, double b) { return goal == "minimize" ? a < b : a > b; };
  const SearchedPoint* best = nullptr;
  std::size_t finished = 0;
  for (const SearchedPoint& point : points) {
    finished += point.value ? 1 : 0;
    if (!point.value || !std::isfinite(*point.value)) continue;
    if (!best || better(*point.value, *best->value)) best = &point;
  }
  if (!best) return "";
  std::vector<std::size_t> which;
  for (const Dimension& dimension : space)
    which.push_back(*sweep.experiment().parameters.find(dimension.name));
  std::ranges::sort(which);
  return fmt::format("search: the best of {} points has {} {:.6g}: {}{}", finished, metric, *best->value,
                     parameters_text(best->params, which),
                     best == &points.front() ? " (the config's own)" : "");
}

std::string Search::signature(const Sweep& sweep) const {
  std::string text = fmt::format("{} {} {} {} {} ", metric, goal, sampler, batch, seed);
  for (const Dimension& each : space)
    text += fmt::format("{} {} {} {} {};", static_cast<int>(each.kind), each.name, shortest(each.low),
                        shortest(each.high), fmt::join(each.values, " "));
  // The trials of the first point stand for the parameters that are not searched, for the files and for the seeds.
  for (const std::uint64_t id : sweep.with_points({}).ids()) text += fmt::format(" {:016x}", id);
  return fmt::format("{:016x}", hash_text(text));
}

std::vector<SearchedPoint> searched_points(const Search& search, const Sweep& sweep, const Results& results) {
  const Schema& schema = sweep.experiment().parameters;
  const std::size_t slot = scalar_slot(sweep.experiment(), search.metric), seed = *schema.find("seed");
  std::unordered_map<std::uint64_t, double> known;
  for (const TrialRecord& trial : results.trials)
    known[trial.id] = trial.status == Status::done ? trial.scalars[slot] : nan;
  std::vector<SearchedPoint> points;
  std::map<std::vector<Value>, std::size_t> places;
  std::vector<double> counts;
  sweep.for_each([&](const TrialSpec& trial) {
    std::vector<Value> key = trial.params.values();
    key[seed] = std::int64_t{0};
    const auto [place, is_new] = places.emplace(std::move(key), points.size());
    if (is_new) {
      points.push_back({trial.params, 0.0});
      counts.push_back(0);
    }
    SearchedPoint& point = points[place->second];
    const auto found = known.find(trial.id);
    if (found == known.end()) point.value.reset();
    if (point.value) *point.value += std::isfinite(found->second) ? found->second : nan;
    ++counts[place->second];
    return true;
  });
  for (std::size_t i = 0; i < points.size(); ++i)
    if (points[i].value) *points[i].value /= counts[i];
  return points;
}

const Search* find_search(const Sweep& sweep) {
  return dynamic_cast<const Search*>(find_strategy(sweep, "search"));
}

}  // namespace qklab
