#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/chart/math_text.hpp"
#include "core/figures/figure.hpp"
#include "core/figures/plot_kind.hpp"
#include "core/strategies/strategy.hpp"
#include "core/system/path_name.hpp"

namespace qklab {
namespace {

bool is_numeric(const Parameter& parameter) {
  return parameter.type == Type::real || parameter.type == Type::integer;
}

void read_log(MapReader& map, Figure& figure, const Schema& schema) {
  static const std::vector<std::string> axes = {"x", "y", "color"};
  for (const std::string& axis : map.texts("log")) {
    if (std::find(axes.begin(), axes.end(), axis) == axes.end()) {
      map.diagnostics().error(map.place("log"), fmt::format("log: expected x, y or color, got '{}'", axis));
    }
    figure.log_x |= axis == "x";
    figure.log_y |= axis == "y";
    figure.log_color |= axis == "color";
  }
  const auto must_be_numeric = [&](bool wanted, const std::optional<std::size_t>& parameter,
                                   std::string_view axis) {
    if (!wanted || !parameter || is_numeric(schema[*parameter])) return;
    map.diagnostics().error(
        map.place("log"), fmt::format("log: {} is '{}', which is no number", axis, schema[*parameter].name));
  };
  for (const Threshold& threshold : figure.thresholds) {
    if (figure.log_y && threshold.value <= 0)
      map.diagnostics().error(map.place("thresholds"),
                              fmt::format("thresholds: {} can't stand on a log axis", threshold.value));
  }
  const bool rows = figure.plot->rows;
  must_be_numeric(figure.log_x, figure.x_parameter, "x");
  must_be_numeric(curves_are_log(figure), figure.curve_parameter, rows ? "y" : "color");
  if (!rows && figure.log_color && figure.colorlabel.empty()) {
    map.diagnostics().error(map.place("log"), "log: this figure has no color");
  }
}

void check_distinct(MapReader& map, const Figure& figure, const Schema& schema) {
  std::set<std::size_t> used;
  std::vector<std::optional<std::size_t>> all = {figure.x_parameter, figure.curve_parameter};
  all.insert(all.end(), figure.facet_parameters.begin(), figure.facet_parameters.end());
  for (const auto& parameter : all) {
    if (parameter && !used.insert(*parameter).second) {
      map.diagnostics().error(map.place(),
                              fmt::format("figure: '{}' is used for two axes", schema[*parameter].name));
    }
  }
}

// One parameter, or the two of a grid: that of its rows and that of its columns.
void read_facets(MapReader& map, const Experiment& experiment, Figure& figure) {
  const std::vector<std::string> names = map.texts("facet");
  if (names.size() > 2)
    map.diagnostics().error(map.place("facet"),
                            fmt::format("facet: expected a parameter, or two, got {}", names.size()));
  for (const std::string& name : names)
    if (const auto found = find_parameter(map, "facet", name, experiment))
      figure.facet_parameters.push_back(*found);
}

void read_free(MapReader& map, Figure& figure) {
  for (const std::string& axis : map.texts("free")) {
    if (axis != "x" && axis != "y")
      map.diagnostics().error(map.place("free"), fmt::format("free: expected x or y, got '{}'", axis));
    if (figure.plot->rows)
      map.diagnostics().error(map.place("free"), "free: the panels of a heatmap have the same axes");
    figure.free_x |= axis == "x";
    figure.free_y |= axis == "y";
  }
}

// A label as it is shown; as it is written, it is kept where it has math in it.
void read_label(MapReader& map, Figure& figure, const char* key, std::string& label) {
  const auto text = map.text(key);
  if (!text) return;
  try {
    label = plain_math(*text);
    if (has_math(*text)) figure.written[key] = *text;
  } catch (const Error& error) {
    map.diagnostics().error(map.place(key), fmt::format("{}: {}", key, error.what()));
  }
}

Figure parse_figure(MapReader& map, const Experiment& experiment, std::size_t place) {
  Figure figure;
  figure.place = map.place();
  figure.name = map.text("name").value_or(fmt::format("figure_{}", place + 1));
  if (!is_path_name(figure.name)) {
    map.diagnostics().error(
        map.place("name"),
        fmt::format("name: '{}' can't name a file; use letters, digits, . _ -", figure.name));
  }
  const Registry<PlotKind>& kinds = Registry<PlotKind>::all();
  const auto kind = map.choice("plot", kinds.names());
  figure.plot = kinds.find(kind.value_or("line"));
  if (map.has("plot") && !kind) return figure;  // which other keys are wrong depends on the kind
  read_label(map, figure, "title", figure.title);
  read_label(map, figure, "caption", figure.caption);
  figure.where = read_where(map, "where", experiment);
  figure.best = read_best(map, "best", experiment);
  read_facets(map, experiment, figure);
  FigureReader reader{map, experiment, figure};
  figure.plot->read(reader);
  read_log(map, figure, experiment.parameters);
  read_free(map, figure);
  read_label(map, figure, "xlabel", figure.xlabel);
  read_label(map, figure, "ylabel", figure.ylabel);
  read_label(map, figure, "colorlabel", figure.colorlabel);
  figure.letters = map.boolean("letters").value_or(false);
  figure.legend_in_panel = map.choice("legend", {"above", "panel"}).value_or("above") == "panel";
  const std::int64_t columns = map.integer("columns").value_or(0);
  if (map.has("columns") && !(columns >= 1 && columns <= 6)) {
    map.diagnostics().error(map.place("columns"), fmt::format("columns: expected 1 to 6, got {}", columns));
  }
  figure.columns = static_cast<std::size_t>(std::max<std::int64_t>(columns, 0));
  check_distinct(map, figure, experiment.parameters);
  map.finish();
  return figure;
}

}  // namespace

bool curves_are_log(const Figure& figure) { return figure.plot->rows ? figure.log_y : figure.log_color; }
bool value_is_log(const Figure& figure) { return figure.plot->rows ? figure.log_color : figure.log_y; }

std::vector<Figure> parse_figures(const Config& config, Diagnostics& diagnostics) {
  std::vector<Figure> figures;
  if (!config.figures || config.figures.IsNull()) return figures;
  const YamlFile file(config.source.file, config.source.text);
  if (!config.figures.IsSequence()) {
    diagnostics.error(place_of(config.figures, file), "figures: expected a list of maps");
    return figures;
  }
  std::set<std::string> names;
  for (const YAML::Node& node : config.figures) {
    MapReader map(node, file, diagnostics, "figure");
    figures.push_back(parse_figure(map, *config.experiment, figures.size()));
    figures.back().refined = adds_points(config.sweep);
    if (!names.insert(figures.back().name).second) {
      diagnostics.error(place_of(node, file),
                        fmt::format("figure: the name '{}' is used twice", figures.back().name));
    }
  }
  for (Figure& figure : figures)
    if (figure.plot->link) figure.plot->link(figure, figures, diagnostics);
  return figures;
}

KeyForms figure_keys(const PlotKind& plot, const Experiment& experiment) {
  YAML::Node node;
  for (const char* const key : {"x", "y", "color"}) node[key] = "any";
  node["plot"] = plot.name;
  Diagnostics ignored;
  MapReader map(node, YamlFile("", ""), ignored, "figure");
  parse_figure(map, experiment, 0);
  return map.known();
}

}  // namespace qklab
