#include "core/figures/figure_reader.hpp"

#include <fmt/format.h>

#include <cmath>

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
  const std::string metric = map.required_text("y");
  if (metric.empty()) return;
  const auto value = find_quantity(map, "y", metric, at, experiment);
  color_by_parameter();
  read_thresholds(*this);
  if (!value) {
    for (const char* key : {"x", "theory", "baseline"})
      map.has(key);  // they are known keys, though not checkable now
    return;
  }
  figure.value = *value;
  read_theory(map, experiment, figure);
  read_baseline(map, experiment, figure);
  read_x(*this);
  figure.ylabel = label(*value, experiment);
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
