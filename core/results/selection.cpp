#include "core/results/selection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/base/nan.hpp"
#include "core/stats/intervals.hpp"

namespace qklab {
namespace {

const std::vector<std::string> reductions = {"first", "last", "mean", "min", "max"};

bool is_nan(const Value& value) {
  const double* number = std::get_if<double>(&value);
  return number && std::isnan(*number);
}

// Returns -1, 0 or 1.
int compare(const Value& a, const Value& b, const Parameter& parameter) {
  if (is_nan(a) || is_nan(b)) return int(is_nan(a)) - int(is_nan(b));
  if (parameter.type == Type::text && !parameter.choices.empty()) {
    const auto& choices = parameter.choices;
    const auto rank = [&](const Value& v) {
      return std::find(choices.begin(), choices.end(), std::get<std::string>(v));
    };
    return int(rank(b) < rank(a)) - int(rank(a) < rank(b));
  }
  return int(b < a) - int(a < b);
}

std::string with_unit(const std::string& name, const std::string& unit) {
  return unit.empty() ? name : fmt::format("{} [{}]", name, unit);
}

// Returns NaN if any value is NaN; std::min_element would skip it.
double extreme(const std::vector<double>& x, bool largest) {
  double result = x.front();
  for (const double v : x) {
    if (std::isnan(v)) return v;
    result = largest ? std::max(result, v) : std::min(result, v);
  }
  return result;
}

}  // namespace

double number_of(const Quantity& quantity, const TrialRecord& trial) {
  if (!quantity.series) return trial.scalars.at(quantity.slot);
  const Series& series = series_of(quantity, trial);
  if (series.value.empty()) return nan;
  if (quantity.at == "first") return series.value.front();
  if (quantity.at == "last") return series.value.back();
  if (quantity.at == "mean") return mean(series.value);
  if (quantity.at == "min") return extreme(series.value, false);
  if (quantity.at == "max") return extreme(series.value, true);
  const double index = parse_real(quantity.at).value_or(nan);
  const auto found = std::find(series.index.begin(), series.index.end(), index);
  return found == series.index.end() ? nan
                                     : series.value[static_cast<std::size_t>(found - series.index.begin())];
}

const Series& series_of(const Quantity& quantity, const TrialRecord& trial) {
  if (!quantity.member) return trial.series.at(quantity.slot);
  static const Series none;
  const auto found = trial.members.find(quantity.metric);
  return found == trial.members.end() ? none : found->second;
}

const Metric& metric_of(const Quantity& quantity, const Experiment& experiment) {
  return quantity.series ? experiment.series.at(quantity.slot) : experiment.scalars.at(quantity.slot);
}

std::string label(const Quantity& quantity, const Experiment& experiment) {
  return with_unit(quantity.metric, metric_of(quantity, experiment).unit);
}
std::string label(const Parameter& parameter) { return with_unit(parameter.name, parameter.unit); }

Trials select(const Results& results, const std::optional<Where>& where) {
  Trials trials;
  for (const TrialRecord& trial : results.trials) {
    if (!where || where->holds(trial.params)) trials.push_back(&trial);
  }
  return trials;
}

Key key_of(const Parameters& params, const std::vector<std::size_t>& parameters) {
  Key key;
  for (const std::size_t i : parameters) key.push_back(params[i]);
  return key;
}

std::string key_text(const Schema& schema, const std::vector<std::size_t>& parameters, const Key& key) {
  std::string text;
  for (std::size_t i = 0; i < key.size(); ++i) {
    text += fmt::format("{}{}={}", i ? " " : "", schema[parameters[i]].name, to_text(key[i]));
  }
  return text;
}

bool KeyLess::operator()(const Key& a, const Key& b) const {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (const int order = compare(a[i], b[i], (*schema)[(*parameters)[i]])) return order < 0;
  }
  return false;
}

std::vector<Group> group(const Trials& trials, const Schema& schema,
                         const std::vector<std::size_t>& parameters) {
  std::map<Key, Trials, KeyLess> sorted(KeyLess{&schema, &parameters});
  for (const TrialRecord* trial : trials) sorted[key_of(trial->params, parameters)].push_back(trial);
  std::vector<Group> groups;
  for (auto& [key, members] : sorted) groups.push_back({key, std::move(members)});
  return groups;
}

std::size_t seed_of(const Schema& schema) {
  const auto seed = schema.find("seed");
  if (!seed) throw Error("the experiment has no parameter 'seed'");
  return *seed;
}

std::optional<std::size_t> find_parameter(MapReader& map, std::string_view key, const std::string& name,
                                          const Experiment& experiment) {
  const auto found = experiment.parameters.find(name);
  if (!found) {
    map.diagnostics().error(map.place(key),
                            fmt::format("{}: '{}' is no parameter of {}{}", key, name, experiment.name,
                                        did_you_mean(name, experiment.parameters.names())));
  }
  return found;
}

std::optional<std::size_t> read_parameter(MapReader& map, std::string_view key,
                                          const Experiment& experiment) {
  const auto name = map.text(key);
  return name ? find_parameter(map, key, *name, experiment) : std::nullopt;
}

std::optional<Quantity> find_quantity(MapReader& map, std::string_view key, const std::string& name,
                                      const std::string& at, const Experiment& experiment) {
  if (const Metric* metric = experiment.scalar_metric(name)) {
    return Quantity{name, false, static_cast<std::size_t>(metric - experiment.scalars.data()), false, ""};
  }
  const Metric* metric = experiment.series_metric(name);
  if (!metric) {
    const std::vector<std::string> names = metric_names(experiment);
    const bool family = std::find(names.begin(), names.end(), name) != names.end();
    map.diagnostics().error(
        map.place(key), family ? fmt::format("{}: '{}' is a family of series; name one of them, such as {}",
                                             key, name, example_of(name))
                               : fmt::format("{}: '{}' is no scalar or series of {}{}", key, name,
                                             experiment.name, did_you_mean(name, names)));
    return std::nullopt;
  }
  const bool known = std::find(reductions.begin(), reductions.end(), at) != reductions.end();
  if (!at.empty() && !known && !parse_real(at)) {
    map.diagnostics().error(
        map.place("at"),
        fmt::format("at: expected first, last, mean, min, max or a value of '{}', got '{}'{}", metric->index,
                    at, did_you_mean(at, reductions)));
  }
  return Quantity{name, true, static_cast<std::size_t>(metric - experiment.series.data()),
                  is_family(metric->name), at};
}

std::optional<Where> read_where(MapReader& map, std::string_view key, const Experiment& experiment) {
  return read_where(map, key, experiment.parameters);
}

std::vector<std::string> metric_names(const Experiment& experiment) {
  std::vector<std::string> names;
  for (const Metric& metric : experiment.scalars) names.push_back(metric.name);
  for (const Metric& metric : experiment.series) names.push_back(metric.name);
  return names;
}

}  // namespace qklab
