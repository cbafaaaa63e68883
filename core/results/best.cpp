#include "core/results/best.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "core/stats/intervals.hpp"

namespace qklab {
namespace {

bool is_among(std::size_t place, const std::vector<std::size_t>& places) {
  return std::ranges::count(places, place) > 0;
}

// All parameters but the seed, those that are searched, and defaults that are derived from these.
std::vector<std::size_t> kept_apart(const Best& best, const Trials& trials, const Schema& schema) {
  const auto follows = [&](std::size_t i) {
    return schema[i].derive && std::ranges::all_of(trials, [&](const TrialRecord* trial) {
             return trial->params[i] == schema[i].derive(trial->params);
           });
  };
  std::vector<std::size_t> others;
  for (std::size_t i = 0; i < schema.size(); ++i)
    if (i != seed_of(schema) && !is_among(i, best.over) && !follows(i)) others.push_back(i);
  return others;
}

// How good a value is: less is better. None: it can't be best.
std::optional<std::tuple<bool, double>> rank_of(const Best& best, const Trials& trials) {
  std::vector<double> numbers;
  for (const TrialRecord* trial : trials)
    if (trial->status == Status::done) numbers.push_back(number_of(best.by, *trial));
  if (numbers.empty()) return std::nullopt;
  const double value = mean(numbers);
  if (!std::isfinite(value)) return std::nullopt;
  return std::tuple(numbers.size() < trials.size(), best.largest ? -value : value);
}

}  // namespace

std::optional<Best> read_best(MapReader& map, std::string_view key, const Experiment& experiment) {
  const YAML::Node node = map.node(key);
  if (!node || node.IsNull()) return std::nullopt;
  MapReader reader(node, map.file(), map.diagnostics(), std::string(key));
  Best best;
  const std::vector<std::string> over = reader.texts("over");
  if (over.empty()) reader.required_text("over");
  bool right = !over.empty();
  for (const std::string& name : over) {
    const auto parameter = find_parameter(reader, "over", name, experiment);
    right &= parameter.has_value();
    if (parameter) best.over.push_back(*parameter);
    if (name == "seed") {
      map.diagnostics().error(reader.place("over"),
                              "over: 'seed': the best seed is luck; name another parameter");
      right = false;
    }
  }
  const std::string by = reader.required_text("by"), at = reader.text("at").value_or("");
  best.largest = reader.choice("goal", {"min", "max"}).value_or("min") == "max";
  reader.finish();
  if (by.empty()) return std::nullopt;
  const auto quantity = find_quantity(reader, "by", by, at, experiment);
  if (!quantity || !right) return std::nullopt;
  best.by = *quantity;
  if (!quantity->whole_series()) return best;
  map.diagnostics().error(reader.place("by"),
                          fmt::format("by: '{}' is a series; say which of its numbers (at: last)", by));
  return std::nullopt;
}

Trials best_of(const Best& best, const Trials& trials, const Schema& schema) {
  std::set<const TrialRecord*> kept;
  for (const Group& same : group(trials, schema, kept_apart(best, trials, schema))) {
    const std::vector<Group> values = group(same.trials, schema, best.over);
    const Group* first = nullptr;
    std::optional<std::tuple<bool, double>> least;
    for (const Group& value : values) {
      const auto rank = rank_of(best, value.trials);
      if (!rank || (least && *least <= *rank)) continue;
      least = rank;
      first = &value;
    }
    const Trials& chosen = first ? first->trials : same.trials;
    kept.insert(chosen.begin(), chosen.end());
  }
  Trials result;
  for (const TrialRecord* trial : trials)
    if (kept.contains(trial)) result.push_back(trial);
  return result;
}

}  // namespace qklab
