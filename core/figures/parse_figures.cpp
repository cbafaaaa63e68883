#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/figures/figure.hpp"
#include "core/figures/parse_heatmap.hpp"
#include "core/strategies/strategy.hpp"
#include "core/system/path_name.hpp"

namespace qklab {
namespace {

bool is_numeric(const Parameter& parameter) {
  return parameter.type == Type::real || parameter.type == Type::integer;
}

// The theory that stands beside `metric`: as named, or as the experiment declares it.
std::optional<Quantity> read_theory(MapReader& map, const Quantity& value, const Experiment& experiment) {
  const auto named = map.text("theory");
  if (named == "none") return std::nullopt;
  std::optional<Quantity> theory;
  if (named) {
    theory = find_quantity(map, "theory", *named, value.at, experiment);
  } else {
    for (const Overlay& overlay : experiment.overlays) {
      if (overlay.metric == value.metric)
        return find_quantity(map, "y", overlay.theory, value.at, experiment);
    }
  }
  if (theory && theory->series != value.series) {
    map.diagnostics().error(map.place("theory"),
                            fmt::format("theory: '{}' and '{}' must both be scalars or both series",
                                        theory->metric, value.metric));
  }
  return theory;
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
  const bool heatmap = figure.plot == Plot::heatmap;
  must_be_numeric(figure.log_x, figure.x_parameter, "x");
  must_be_numeric(heatmap && figure.log_y, figure.curve_parameter, "y");
  must_be_numeric(!heatmap && figure.log_color, figure.curve_parameter, "color");
  if (!heatmap && figure.log_color && !figure.curve_parameter) {
    map.diagnostics().error(map.place("log"), "log: this figure has no color");
  }
}

// x: the index of the series `value`, or a parameter.
void read_x(MapReader& map, Figure& figure, const Experiment& experiment) {
  const std::string name = map.required_text("x");
  if (name.empty()) return;
  const std::string index = figure.value.series ? metric_of(figure.value, experiment).index : "";
  if (figure.value.whole_series()) {
    if (name == index) {
      figure.xlabel = index;
      return;
    }
    if (experiment.parameters.find(name)) {
      map.diagnostics().error(
          map.place("x"),
          fmt::format("x: '{}' is a series along '{}'; against a parameter, say which of its numbers "
                      "(at: last, or another of first, mean, min, max, or a value of '{}')",
                      figure.value.metric, index, index));
      return;
    }
    std::vector<std::string> candidates = experiment.parameters.names();
    candidates.push_back(index);
    map.diagnostics().error(map.place("x"),
                            fmt::format("x: '{}' is neither '{}', the index of '{}', nor a parameter{}", name,
                                        index, figure.value.metric, did_you_mean(name, candidates)));
    return;
  }
  figure.x_parameter = find_parameter(map, "x", name, experiment);
  if (figure.x_parameter) figure.xlabel = label(experiment.parameters[*figure.x_parameter]);
}

void read_curves(MapReader& map, Figure& figure, const Experiment& experiment, const std::string& at) {
  const std::string metric = map.required_text("y");
  if (metric.empty()) return;
  const auto value = find_quantity(map, "y", metric, at, experiment);
  figure.curve_parameter = read_parameter(map, "color", experiment);
  if (!value) {
    for (const char* key : {"x", "theory"}) map.has(key);  // they are known keys, though not checkable now
    return;
  }
  figure.value = *value;
  figure.theory = read_theory(map, *value, experiment);
  read_x(map, figure, experiment);
  figure.ylabel = label(*value, experiment);
  if (figure.curve_parameter) figure.colorlabel = label(experiment.parameters[*figure.curve_parameter]);
}

// The heatmap that a trajectory is to lie on, looked up once all figures are read.
struct Beneath {
  std::size_t figure;  // the trajectory's place
  std::string name;
  Place place;
};

void lay_over(const Beneath& beneath, std::vector<Figure>& figures, Diagnostics& diagnostics) {
  Figure& figure = figures[beneath.figure];
  std::vector<std::string> heatmaps;
  for (const Figure& other : figures) {
    if (other.plot != Plot::heatmap) continue;
    heatmaps.push_back(other.name);
    if (other.name != beneath.name) continue;
    if (other.metrics.size() > 1 || other.facet_parameter) {
      diagnostics.error(beneath.place,
                        fmt::format("over: '{}' has several panels; name a heatmap with one", other.name));
    }
    if (other.log_x != figure.log_x || other.log_y != figure.log_y) {
      diagnostics.error(beneath.place, fmt::format("over: '{}' must have the same log axes as '{}'",
                                                   other.name, figure.name));
    }
    figure.over = std::make_shared<const Figure>(other);
    return;
  }
  diagnostics.error(beneath.place, fmt::format("over: no heatmap is named '{}'{}", beneath.name,
                                               did_you_mean(beneath.name, heatmaps)));
}

// Both axes are series along the same index.
void read_trajectory(MapReader& map, Figure& figure, const Experiment& experiment) {
  const std::string x = map.required_text("x"), y = map.required_text("y");
  figure.curve_parameter = read_parameter(map, "color", experiment);
  if (figure.curve_parameter) figure.colorlabel = label(experiment.parameters[*figure.curve_parameter]);
  const auto series = [&](const char* key, const std::string& name) -> std::optional<Quantity> {
    if (name.empty()) return std::nullopt;
    const auto quantity = find_quantity(map, key, name, "", experiment);
    if (quantity && !quantity->series) {
      map.diagnostics().error(map.place(key),
                              fmt::format("{}: '{}' is a scalar; a trajectory needs series", key, name));
      return std::nullopt;
    }
    return quantity;
  };
  figure.x_series = series("x", x);
  const auto value = series("y", y);
  if (!figure.x_series || !value) return;
  figure.value = *value;
  const Metric &across = metric_of(*figure.x_series, experiment), &up = metric_of(*value, experiment);
  figure.xlabel = label(*figure.x_series, experiment);
  figure.ylabel = label(*value, experiment);
  if (across.index != up.index) {
    map.diagnostics().error(map.place("x"), fmt::format("x: '{}' is along '{}', but '{}' is along '{}'", x,
                                                        across.index, y, up.index));
  }
}

void check_distinct(MapReader& map, const Figure& figure, const Schema& schema) {
  std::set<std::size_t> used;
  for (const auto& parameter : {figure.x_parameter, figure.curve_parameter, figure.facet_parameter}) {
    if (parameter && !used.insert(*parameter).second) {
      map.diagnostics().error(map.place(),
                              fmt::format("figure: '{}' is used for two axes", schema[*parameter].name));
    }
  }
}

Figure parse_figure(MapReader& map, const Experiment& experiment, std::size_t place,
                    std::vector<Beneath>& beneath) {
  Figure figure;
  figure.place = map.place();
  figure.name = map.text("name").value_or(fmt::format("figure_{}", place + 1));
  if (!is_path_name(figure.name)) {
    map.diagnostics().error(
        map.place("name"),
        fmt::format("name: '{}' can't name a file; use letters, digits, . _ -", figure.name));
  }
  const std::string plot = map.choice("plot", {"line", "band", "heatmap", "trajectory"}).value_or("line");
  figure.plot = plot == "line"      ? Plot::line
                : plot == "band"    ? Plot::band
                : plot == "heatmap" ? Plot::heatmap
                                    : Plot::trajectory;
  figure.title = map.text("title").value_or("");
  figure.where = read_where(map, "where", experiment);
  figure.facet_parameter = read_parameter(map, "facet", experiment);
  if (figure.plot == Plot::trajectory) {
    read_trajectory(map, figure, experiment);
    if (const auto over = map.text("over")) beneath.push_back({place, *over, map.place("over")});
  } else {
    const std::string at = map.text("at").value_or("");
    figure.plot == Plot::heatmap ? read_heatmap(map, figure, experiment, at)
                                 : read_curves(map, figure, experiment, at);
  }
  read_log(map, figure, experiment.parameters);
  figure.xlabel = map.text("xlabel").value_or(figure.xlabel);
  figure.ylabel = map.text("ylabel").value_or(figure.ylabel);
  figure.colorlabel = map.text("colorlabel").value_or(figure.colorlabel);
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

std::vector<Figure> parse_figures(const Config& config, Diagnostics& diagnostics) {
  std::vector<Figure> figures;
  if (!config.figures || config.figures.IsNull()) return figures;
  const YamlFile file(config.source.file, config.source.text);
  if (!config.figures.IsSequence()) {
    diagnostics.error(place_of(config.figures, file), "figures: expected a list of maps");
    return figures;
  }
  std::set<std::string> names;
  std::vector<Beneath> beneath;
  for (const YAML::Node& node : config.figures) {
    MapReader map(node, file, diagnostics, "figure");
    figures.push_back(parse_figure(map, *config.experiment, figures.size(), beneath));
    figures.back().refined = adds_points(config.sweep);
    if (!names.insert(figures.back().name).second) {
      diagnostics.error(place_of(node, file),
                        fmt::format("figure: the name '{}' is used twice", figures.back().name));
    }
  }
  for (const Beneath& one : beneath) lay_over(one, figures, diagnostics);
  return figures;
}

}  // namespace qklab
