#include "core/figures/plots/heatmap.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace qklab {
namespace {

// The single capital letters in the name of a family, in their order.
std::vector<std::string> letters_of(const std::string& family) {
  std::vector<std::string> letters;
  for (std::size_t from = 0; from <= family.size();) {
    const std::size_t end = std::min(family.find('.', from), family.size());
    const std::string part = family.substr(from, end - from);
    if (part.size() == 1 && part[0] >= 'A' && part[0] <= 'Z') letters.push_back(part);
    from = end + 1;
  }
  return letters;
}

// A family of series, of which each member is a cell: its letters stand on the axes.
std::optional<Quantity> read_family(FigureReader& reader, const Metric& family, const std::string& at,
                                    const std::string& x, const std::string& y, HeatmapKeys& keys) {
  const std::vector<std::string> letters = letters_of(family.name);
  for (std::size_t i = 0; i < letters.size(); ++i) {
    if (letters[i] == x) keys.x_letter = i;
    if (letters[i] == y) keys.y_letter = i;
    if (letters[i] != x && letters[i] != y) {
      reader.error("color",
                   fmt::format("'{}' is a family of series: {} must be x or y", family.name, letters[i]));
      return std::nullopt;
    }
  }
  const auto member = reader.number("color", "color", example_of(family.name), at);
  if (!member) return std::nullopt;
  return Quantity{family.name, true, member->slot, true, at};
}

// One number a trial, a whole series whose index is x, or a family of series.
std::optional<Quantity> read_metric(FigureReader& reader, const std::string& name, const std::string& at,
                                    const std::string& x, const std::string& y, HeatmapKeys& keys) {
  const Experiment& experiment = reader.experiment;
  for (const Metric& metric : experiment.series)
    if (metric.name == name && is_family(name)) return read_family(reader, metric, at, x, y, keys);
  const Metric* const series = experiment.series_metric(name);
  if (!series || !at.empty() || series->index != x || experiment.parameters.find(x))
    return reader.number("color", "color", name, at);
  reader.figure.along_index = true;
  return find_quantity(reader.map, "color", name, "", experiment);
}

// Axes of one figure are of one kind, and other lines need cells that are points of the sweep.
void check_axes(FigureReader& reader, const HeatmapKeys& keys) {
  const bool own_axes = reader.figure.along_index || keys.of_family();
  if (!own_axes) return;
  for (const Quantity& metric : keys.metrics) {
    const bool fits = reader.figure.along_index ? metric.whole_series() : metric.member;
    if (!fits)
      reader.error("color",
                   fmt::format("'{}' does not have the axes of '{}'", metric.metric, keys.metrics[0].metric));
  }
  if (!keys.contours.empty()) reader.error("contours", "only where both axes are parameters");
  if (keys.outline) reader.error("outline", "only where both axes are parameters");
}

// The metrics of a heatmap's panels.
void read_metrics(FigureReader& reader, const std::string& at, const std::string& x, const std::string& y,
                  HeatmapKeys& keys) {
  const auto& [map, experiment, figure] = reader;
  const std::vector<std::string> names = map.texts("color");
  if (names.empty()) map.required_text("color");
  for (const std::string& name : names)
    if (const auto value = read_metric(reader, name, at, x, y, keys)) keys.metrics.push_back(*value);
  if (keys.several() && !figure.facet_parameters.empty())
    reader.error("facet", "the panels of this figure are its metrics already");
  if (keys.metrics.empty()) return;
  figure.value = keys.metrics.front();
  figure.colorlabel = label(figure.value, experiment);
}

void read_contour(FigureReader& reader, HeatmapKeys& keys) {
  MapReader& map = reader.map;
  const std::string name = map.required_text("metric");
  const std::string at = map.text("at").value_or("");
  Contour contour;
  for (const std::string& level : map.texts("levels")) {
    const auto number = parse_real(level);
    if (!number) {
      reader.error("levels", fmt::format("expected numbers, got '{}'", level));
    } else {
      contour.levels.push_back(*number);
    }
  }
  std::sort(contour.levels.begin(), contour.levels.end());
  map.finish();
  if (name.empty()) return;
  const auto quantity = reader.number("metric", "contours", name, at);
  if (!quantity) return;
  contour.quantity = *quantity;
  keys.contours.push_back(std::move(contour));
}

void read_contours(FigureReader& reader, HeatmapKeys& keys) {
  MapReader& map = reader.map;
  const YAML::Node list = map.node("contours");
  if (!list || list.IsNull()) return;
  if (!list.IsSequence()) {
    reader.error("contours", "expected a list of maps {metric, levels}");
    return;
  }
  for (const YAML::Node& node : list) {
    MapReader contour(node, map.file(), map.diagnostics(), "contour");
    FigureReader inner{contour, reader.experiment, reader.figure};
    read_contour(inner, keys);
  }
}

void read_outline(FigureReader& reader, HeatmapKeys& keys) {
  const auto& [map, experiment, figure] = reader;
  const auto text = map.text("outline");
  const auto shown = map.text("outlinelabel");
  if (!text) return;
  const auto names = std::make_shared<Schema>();
  for (const Parameter& parameter : experiment.parameters) {
    if (parameter.name != "seed") names->add(parameter);
  }
  for (const Metric& metric : experiment.scalars)
    names->add(real(metric.name, metric.doc).nonfinite_allowed());
  keys.outline = Outline{*read_where(map, "outline", *names), names, shown.value_or(*text)};
}

}  // namespace

void read_heatmap(FigureReader& reader) {
  const auto& [map, experiment, figure] = reader;
  const std::string at = map.text("at").value_or("");
  const std::string x = map.required_text("x"), y = map.required_text("y");
  HeatmapKeys keys;
  read_metrics(reader, at, x, y, keys);
  keys.center = map.real("center");
  read_contours(reader, keys);
  read_outline(reader, keys);
  figure.beside = keys.metrics;
  for (const Contour& contour : keys.contours) figure.beside.push_back(contour.quantity);
  check_axes(reader, keys);
  const bool x_is_own = figure.along_index || keys.x_letter, y_is_own = keys.y_letter.has_value();
  keys.x_name = x;
  figure.own = std::move(keys);
  if (x.empty() || y.empty()) return;
  if (x_is_own) figure.xlabel = x;
  if (y_is_own) figure.ylabel = figure.curve_name = y;
  if (!x_is_own) figure.x_parameter = find_parameter(map, "x", x, experiment);
  if (!y_is_own) figure.curve_parameter = find_parameter(map, "y", y, experiment);
  if (figure.x_parameter) figure.xlabel = label(experiment.parameters[*figure.x_parameter]);
  if (figure.curve_parameter) figure.ylabel = label(experiment.parameters[*figure.curve_parameter]);
}

}  // namespace qklab
