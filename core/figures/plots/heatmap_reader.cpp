#include "core/figures/plots/heatmap.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace qklab {
namespace {

// The metrics of a heatmap's panels.
void read_metrics(FigureReader& reader, const std::string& at, HeatmapKeys& keys) {
  const auto& [map, experiment, figure] = reader;
  const std::vector<std::string> names = map.texts("color");
  if (names.empty()) map.required_text("color");
  for (const std::string& name : names) {
    const auto value = reader.number("color", "color", name, at);
    if (value) keys.metrics.push_back(*value);
  }
  if (keys.several() && figure.facet_parameter)
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
  HeatmapKeys keys;
  read_metrics(reader, at, keys);
  read_contours(reader, keys);
  read_outline(reader, keys);
  figure.beside = keys.metrics;
  for (const Contour& contour : keys.contours) figure.beside.push_back(contour.quantity);
  figure.own = std::move(keys);
  const std::string x = map.required_text("x"), y = map.required_text("y");
  if (x.empty() || y.empty()) return;
  figure.x_parameter = find_parameter(map, "x", x, experiment);
  figure.curve_parameter = find_parameter(map, "y", y, experiment);
  if (figure.x_parameter) figure.xlabel = label(experiment.parameters[*figure.x_parameter]);
  if (figure.curve_parameter) figure.ylabel = label(experiment.parameters[*figure.curve_parameter]);
}

}  // namespace qklab
