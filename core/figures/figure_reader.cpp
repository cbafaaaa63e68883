#include "core/figures/figure_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace qklab {
namespace {

// What `key` names to stand beside `value`.
std::optional<Quantity> read_beside(MapReader& map, const char* key, const std::string& name,
                                    const Quantity& value, const Experiment& experiment) {
  if (name == "none") return std::nullopt;
  const auto beside = find_quantity(map, key, name, value.at, experiment);
  if (beside && beside->series != value.series) {
    map.diagnostics().error(map.place(key),
                            fmt::format("{}: '{}' and '{}' must both be scalars or both series", key,
                                        beside->metric, value.metric));
  }
  return beside;
}

// The theory that stands beside the figure's value: as named, or as the experiment declares it.
void read_theory(MapReader& map, const Experiment& experiment, Figure& figure) {
  if (const auto named = map.text("theory")) {
    figure.theory = read_beside(map, "theory", *named, figure.value, experiment);
    return;
  }
  for (const Overlay& overlay : experiment.overlays) {
    if (figure.theory || overlay.metric != figure.value.metric) continue;
    figure.theory = find_quantity(map, "y", overlay.theory, figure.value.at, experiment);
    figure.theory_label = overlay.label;
  }
}

// Likewise the baseline.
void read_baseline(MapReader& map, const Experiment& experiment, Figure& figure) {
  if (const auto named = map.text("baseline")) {
    figure.baseline = read_beside(map, "baseline", *named, figure.value, experiment);
    return;
  }
  for (const BaselineOverlay& overlay : experiment.baselines) {
    if (figure.baseline || overlay.metric != figure.value.metric) continue;
    figure.baseline = find_quantity(map, "y", overlay.baseline, figure.value.at, experiment);
    figure.baseline_label = overlay.label;
  }
}

// A list of numbers, or of maps {value, label}.
void read_thresholds(FigureReader& reader) {
  MapReader& map = reader.map;
  const YAML::Node list = map.node("thresholds");
  if (!list || list.IsNull()) return;
  if (!list.IsSequence())
    return reader.error("thresholds", "expected a list of numbers or of maps {value, label}");
  for (const YAML::Node& node : list) {
    if (node.IsMap()) {
      MapReader entry(node, map.file(), map.diagnostics(), "threshold");
      const double value = entry.required_real("value");
      reader.figure.thresholds.push_back({value, entry.text("label").value_or(fmt::format("{}", value))});
      entry.finish();
      continue;
    }
    const auto value = node.IsScalar() ? parse_real(node.Scalar()) : std::nullopt;
    if (!value || !std::isfinite(*value)) {
      map.diagnostics().error(place_of(node, map.file()),
                              "thresholds: expected a number, or a map {value, label}");
      continue;
    }
    reader.figure.thresholds.push_back({*value, node.Scalar()});
  }
}

// x: the index of the series `value`, or a parameter.
void read_x(FigureReader& reader) {
  const auto& [map, experiment, figure] = reader;
  const std::string name = map.required_text("x");
  if (name.empty()) return;
  const std::string index = figure.value.series ? metric_of(figure.value, experiment).index : "";
  if (figure.value.whole_series()) {
    if (name == index) {
      figure.xlabel = index;
      figure.along_index = true;
      return;
    }
    if (experiment.parameters.find(name)) {
      reader.error("x", fmt::format("'{}' is a series along '{}'; against a parameter, say which of its "
                                    "numbers (at: last, or another of first, mean, min, max, or a value of "
                                    "'{}')",
                                    figure.value.metric, index, index));
      return;
    }
    std::vector<std::string> candidates = experiment.parameters.names();
    candidates.push_back(index);
    reader.error("x", fmt::format("'{}' is neither '{}', the index of '{}', nor a parameter{}", name, index,
                                  figure.value.metric, did_you_mean(name, candidates)));
    return;
  }
  figure.x_parameter = find_parameter(map, "x", name, experiment);
  if (figure.x_parameter) figure.xlabel = label(experiment.parameters[*figure.x_parameter]);
}

// The family that `name` stands for: its own name, or one with * for all from its first letter on ("entropy.*").
const Metric* family_named(const std::string& name, const Experiment& experiment) {
  for (const Metric& metric : experiment.series) {
    if (!is_family(metric.name)) continue;
    const std::string example = example_of(metric.name);
    const auto letter = std::ranges::mismatch(metric.name, example).in1 - metric.name.begin();
    if (name == metric.name || name == metric.name.substr(0, static_cast<std::size_t>(letter)) + "*")
      return &metric;
  }
  return nullptr;
}

std::optional<Quantity> read_value(FigureReader& reader, const std::string& name, const std::string& at) {
  const Metric* const family = family_named(name, reader.experiment);
  auto value =
      find_quantity(reader.map, "y", family ? example_of(family->name) : name, at, reader.experiment);
  if (value && family) value->metric = family->name;
  return value;
}

// The curves are these metrics, so that no parameter can tell curves apart, and all stand on the same axes.
void read_several(FigureReader& reader, const std::vector<Quantity>& values) {
  const auto& [map, experiment, figure] = reader;
  for (const char* key : {"color", "theory", "baseline"})
    if (map.has(key)) reader.error(key, "only where y is one metric; here each metric is a curve");
  const auto index_of = [&](const Quantity& each) {
    return each.whole_series() ? metric_of(each, reader.experiment).index : std::string();
  };
  std::string names;
  std::set<std::string> units;
  for (const Quantity& each : values) {
    if (index_of(each) != index_of(values[0]))
      reader.error("y", fmt::format("'{}' and '{}' have no x axis in common", values[0].metric, each.metric));
    names += (names.empty() ? "" : ", ") + each.metric;
    units.insert(metric_of(each, experiment).unit);
  }
  figure.values = values;
  figure.curve_name = figure.colorlabel = "metric";
  const std::string unit =
      units.size() == 1 && !units.begin()->empty() ? fmt::format(" [{}]", *units.begin()) : "";
  constexpr std::size_t most_named = 3;
  figure.ylabel = (values.size() > most_named ? "value" : names) + unit;
}

}  // namespace

void FigureReader::error(std::string_view key, const std::string& message) {
  map.diagnostics().error(map.place(key), fmt::format("{}: {}", key, message));
}

void FigureReader::color_by_parameter(std::string_view key) {
  figure.curve_parameter = read_parameter(map, key, experiment);
  if (figure.curve_parameter) figure.colorlabel = label(experiment.parameters[*figure.curve_parameter]);
}

void FigureReader::curves() {
  const std::string at = map.text("at").value_or("");
  const std::vector<std::string> metrics = map.texts("y");
  if (metrics.empty()) map.required_text("y");
  std::vector<Quantity> values;
  for (const std::string& metric : metrics)
    if (const auto value = read_value(*this, metric, at)) values.push_back(*value);
  read_thresholds(*this);
  if (values.empty()) {
    for (const char* key : {"x", "theory", "baseline", "color"})
      map.has(key);  // they are known keys, though not checkable now
    return;
  }
  figure.value = values[0];
  if (values.size() > 1 || is_family(values[0].metric)) {
    read_several(*this, values);
    read_x(*this);
    return;
  }
  color_by_parameter();
  read_theory(map, experiment, figure);
  read_baseline(map, experiment, figure);
  read_x(*this);
  figure.ylabel = label(figure.value, experiment);
}

std::optional<Quantity> FigureReader::number(std::string_view key, std::string_view what,
                                             const std::string& name, const std::string& at) {
  const auto found = find_quantity(map, key, name, at, experiment);
  if (found && found->whole_series()) {
    map.diagnostics().error(
        map.place(key), fmt::format("{}: '{}' is a series; say which of its numbers (at: last)", what, name));
  }
  return found;
}

}  // namespace qklab
