#include "core/figures/coordinate.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace qklab {
namespace {

bool is_number(const Value& value) {
  return std::holds_alternative<double>(value) || std::holds_alternative<std::int64_t>(value);
}

double as_number(const Value& value) {
  const double* real = std::get_if<double>(&value);
  return real ? *real : static_cast<double>(std::get<std::int64_t>(value));
}

// `values` come from sorted groups, panel by panel; `order` says how to merge them.
Coordinate coordinate(std::vector<Value> values, const KeyLess& order, bool log, const std::string& figure,
                      const std::string& name) {
  const auto less = [&](const Value& a, const Value& b) { return order({a}, {b}); };
  std::sort(values.begin(), values.end(), less);
  values.erase(std::unique(values.begin(), values.end()), values.end());
  Coordinate result{std::move(values), true, log};
  result.numeric = std::all_of(result.values.begin(), result.values.end(), is_number);
  for (const Value& value : result.values) {
    if (log && !(as_number(value) > 0)) {
      throw Error(fmt::format(
          "figure '{}': {} = {} can't stand on a log axis; leave it out with where, or log: without it",
          figure, name, to_text(value)));
    }
  }
  return result;
}

}  // namespace

double Coordinate::position(const Value& value) const {
  if (numeric) return as_number(value);
  return static_cast<double>(std::find(values.begin(), values.end(), value) - values.begin());
}

std::vector<std::string> names_of(const Coordinate& coordinate) {
  std::vector<std::string> names;
  for (const Value& value : coordinate.values) names.push_back(to_text(value));
  return names;
}

std::vector<double> Coordinate::positions() const {
  std::vector<double> result;
  for (const Value& value : values) result.push_back(position(value));
  return result;
}

Scale Coordinate::scale(double padding, int max_ticks) const {
  if (numeric && values.size() == 1) return single_scale(position(values[0]), log);
  if (numeric) return numeric_scale(positions(), log, padding, max_ticks);
  return category_scale(names_of(*this));
}

Scale Coordinate::scale_at_values(int max_ticks) const {
  if (!numeric || values.size() == 1) return scale(0, max_ticks);
  return swept_scale(positions(), log, max_ticks);
}

Coordinate x_coordinate(const Figure& figure, const Experiment& experiment, const FigureData& data) {
  std::vector<Value> values;
  for (const Panel& panel : data.panels) {
    for (const Curve& curve : panel.curves) {
      for (const Point& p : curve.points) values.push_back(p.x);
    }
  }
  for (const Lost& lost : data.lost)
    if (lost.x) values.push_back(*lost.x);
  // An index has no parameter to order it; its values are plain numbers, as those of any real parameter.
  static const Schema index_schema{real("index", "")};  // texts are ordered by it as well
  const Schema& schema = figure.x_parameter ? experiment.parameters : index_schema;
  const std::vector<std::size_t> parameters = {figure.x_parameter.value_or(0)};
  return coordinate(std::move(values), {&schema, &parameters}, figure.log_x, figure.name, figure.xlabel);
}

namespace {

// A parameter that has the names as choices, in the order in which they come first.
Parameter in_this_order(const std::vector<Value>& names) {
  std::vector<std::string> choices;
  for (const Value& name : names)
    if (std::ranges::count(choices, std::get<std::string>(name)) == 0)
      choices.push_back(std::get<std::string>(name));
  const std::string first = choices.at(0);
  return choice("name", first, std::move(choices), "");
}

}  // namespace

Coordinate curve_coordinate(const Figure& figure, const Experiment& experiment, const FigureData& data,
                            bool log) {
  if (!figure.has_curves()) return {};
  std::vector<Value> values;
  for (const Panel& panel : data.panels) {
    for (const Curve& curve : panel.curves) values.push_back(curve.key[0]);
  }
  for (const Lost& lost : data.lost)
    if (!lost.curve.empty()) values.push_back(lost.curve[0]);
  const Schema named = figure.values.empty() ? Schema{real("name", "")} : Schema{in_this_order(values)};
  const Schema& schema = figure.curve_parameter ? experiment.parameters : named;
  const std::vector<std::size_t> parameters = {figure.curve_parameter.value_or(0)};
  return coordinate(std::move(values), {&schema, &parameters}, log, figure.name,
                    figure.curve_parameter ? schema[*figure.curve_parameter].name : figure.curve_name);
}

}  // namespace qklab
