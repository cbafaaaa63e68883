#include "core/figures/parse_heatmap.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace qklab {
namespace {

// A metric that is one number a trial; `what` of the figure is to show it.
std::optional<Quantity> find_number(MapReader& map, std::string_view key, std::string_view what,
                                    const std::string& name, const std::string& at,
                                    const Experiment& experiment) {
  const auto found = find_quantity(map, key, name, at, experiment);
  if (found && found->whole_series()) {
    map.diagnostics().error(
        map.place(key), fmt::format("{}: '{}' is a series; say which of its numbers (at: last)", what, name));
  }
  return found;
}

// The metrics of a heatmap's panels.
void read_metrics(MapReader& map, Figure& figure, const Experiment& experiment, const std::string& at) {
  std::vector<std::string> names = map.texts("color");
  if (names.empty()) map.required_text("color");
  for (const std::string& name : names) {
    const auto value = find_number(map, "color", "color", name, at, experiment);
    if (value) figure.metrics.push_back(*value);
  }
  if (figure.metrics.size() > 1 && figure.facet_parameter) {
    map.diagnostics().error(map.place("facet"), "facet: the panels of this figure are its metrics already");
  }
  if (figure.metrics.empty()) return;
  figure.value = figure.metrics.front();
  figure.colorlabel = label(figure.value, experiment);
}

void read_contour(MapReader& map, Figure& figure, const Experiment& experiment) {
  const std::string name = map.required_text("metric");
  const std::string at = map.text("at").value_or("");
  Contour contour;
  for (const std::string& level : map.texts("levels")) {
    const auto number = parse_real(level);
    if (!number) {
      map.diagnostics().error(map.place("levels"), fmt::format("levels: expected numbers, got '{}'", level));
    } else {
      contour.levels.push_back(*number);
    }
  }
  std::sort(contour.levels.begin(), contour.levels.end());
  map.finish();
  if (name.empty()) return;
  const auto quantity = find_number(map, "metric", "contours", name, at, experiment);
  if (!quantity) return;
  contour.quantity = *quantity;
  figure.contours.push_back(std::move(contour));
}

void read_contours(MapReader& map, Figure& figure, const Experiment& experiment) {
  const YAML::Node list = map.node("contours");
  if (!list || list.IsNull()) return;
  if (!list.IsSequence()) {
    map.diagnostics().error(map.place("contours"), "contours: expected a list of maps {metric, levels}");
    return;
  }
  for (const YAML::Node& node : list) {
    MapReader contour(node, map.file(), map.diagnostics(), "contour");
    read_contour(contour, figure, experiment);
  }
}

void read_outline(MapReader& map, Figure& figure, const Experiment& experiment) {
  const auto text = map.text("outline");
  const auto shown = map.text("outlinelabel");
  if (!text) return;
  const auto names = std::make_shared<Schema>();
  for (const Parameter& parameter : experiment.parameters) {
    if (parameter.name != "seed") names->add(parameter);
  }
  for (const Metric& metric : experiment.scalars)
    names->add(real(metric.name, metric.doc).nonfinite_allowed());
  figure.outline = Outline{*read_where(map, "outline", *names), names, shown.value_or(*text)};
}

}  // namespace

void read_heatmap(MapReader& map, Figure& figure, const Experiment& experiment, const std::string& at) {
  read_metrics(map, figure, experiment, at);
  read_contours(map, figure, experiment);
  read_outline(map, figure, experiment);
  const std::string x = map.required_text("x"), y = map.required_text("y");
  if (x.empty() || y.empty()) return;
  figure.x_parameter = find_parameter(map, "x", x, experiment);
  figure.curve_parameter = find_parameter(map, "y", y, experiment);
  if (figure.x_parameter) figure.xlabel = label(experiment.parameters[*figure.x_parameter]);
  if (figure.curve_parameter) figure.ylabel = label(experiment.parameters[*figure.curve_parameter]);
}

}  // namespace qklab
