// Scatter plots: a dot for each trial, a scalar over a scalar or a parameter, or for each place of two series that have
// the same index; over a heatmap in greys, where the figure names one. Registered as `scatter` and, as it was called
// first, as `dots`.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "core/base/nan.hpp"
#include "core/figures/curve_page.hpp"
#include "core/figures/plot_kind.hpp"
#include "core/figures/plots/beneath.hpp"
#include "core/schema/plugin.hpp"
#include "core/text/json_numbers.hpp"

namespace qklab {
namespace {

struct ScatterKeys {
  OverMap over;
  std::optional<Quantity> color;  // where a scalar gives each dot its colour; a parameter tells curves apart
  std::string x_name;
};

// A parameter tells curves apart; a scalar gives each dot a shade.
std::optional<Quantity> read_color(FigureReader& reader, const std::string& at) {
  const auto name = reader.map.text("color");
  if (!name) return std::nullopt;
  if (reader.experiment.parameters.find(*name)) {
    reader.color_by_parameter();
    return std::nullopt;
  }
  const auto color = reader.number("color", "color", *name, at);
  if (color) reader.figure.colorlabel = label(*color, reader.experiment);
  return color;
}

// A whole series where no `at` selects one of its numbers.
std::optional<Quantity> read_axis(FigureReader& reader, const char* key, const std::string& name,
                                  const std::string& at) {
  if (const Metric* series = reader.experiment.series_metric(name); series && at.empty())
    return find_quantity(reader.map, key, name, "", reader.experiment);
  return reader.number(key, key, name, at);
}

// Says what does not fit together: both axes are series with one index, or both one number a trial.
void check_axes(FigureReader& reader, const std::string& x, const std::string& y) {
  const Figure& figure = reader.figure;
  const Quantity* const across = figure.x_parameter ? nullptr : &figure.beside[0];
  const bool series = across && across->whole_series();
  if (series != figure.value.whole_series())
    return reader.error(
        "x", fmt::format("'{}' is one number a trial and '{}' a series: `at` selects one of its numbers",
                         series ? y : x, series ? x : y));
  if (!series) return;
  const std::string &x_index = metric_of(*across, reader.experiment).index,
                    &y_index = metric_of(figure.value, reader.experiment).index;
  if (x_index != y_index)
    reader.error("x", fmt::format("'{}' is along '{}', but '{}' is along '{}'", x, x_index, y, y_index));
  if (figure.keys<ScatterKeys>().color)
    reader.error("color", "a scalar gives each trial its colour, and here each place of a series has a dot");
}

// What the axes show besides y is in Figure::beside.
void read_scatter(FigureReader& reader) {
  const auto& [map, experiment, figure] = reader;
  const std::string x = map.required_text("x"), y = map.required_text("y");
  const std::string at = map.text("at").value_or("");
  ScatterKeys keys{{}, read_color(reader, at), x};
  keys.over = read_over(map);
  if (keys.color) figure.beside.push_back(*keys.color);
  const bool along_parameter = experiment.parameters.find(x).has_value();
  if (along_parameter) {
    figure.x_parameter = find_parameter(map, "x", x, experiment);
    figure.xlabel = label(experiment.parameters[*figure.x_parameter]);
  } else if (const auto across = x.empty() ? std::nullopt : read_axis(reader, "x", x, at)) {
    figure.beside.insert(figure.beside.begin(), *across);
    figure.xlabel = label(*across, experiment);
  }
  figure.own = std::move(keys);
  if (y.empty()) return;
  if (experiment.parameters.find(y))
    return reader.error(
        "y", "'" + y + "' is a parameter; a scatter plot has a metric as y, and may have a parameter as x");
  const auto up = read_axis(reader, "y", y, at);
  if (!up) return;
  figure.value = *up;
  figure.ylabel = label(*up, experiment);
  if (along_parameter || figure.beside.size() > (figure.keys<ScatterKeys>().color ? 1u : 0u))
    check_axes(reader, x, y);
}

// One for each number that both series have.
void add_places(const Figure& figure, const TrialRecord& trial, std::vector<Point>& points) {
  const Series &across = series_of(figure.beside[0], trial), &up = series_of(figure.value, trial);
  for (std::size_t i = 0; i < across.index.size(); ++i) {
    const auto found = std::ranges::find(up.index, across.index[i]);
    if (found == up.index.end()) continue;
    const double y = up.value[static_cast<std::size_t>(found - up.index.begin())];
    points.push_back(mean_point(across.value[i], {y}, {}));
    points.back().trials = {&trial};
  }
}

// A dot's own number is what its colour says.
void fill_scatter(const Figure& figure, const Results& results, const Trials& trials, FigureData& data) {
  const auto& keys = figure.keys<ScatterKeys>();
  data.panels = faceted(figure, trials, *results.experiment, [&](const Trials& dots) {
    std::vector<Point> points;
    for (const TrialRecord* trial : dots) {
      if (figure.value.whole_series()) {
        add_places(figure, *trial, points);
        continue;
      }
      Value x = figure.x_parameter ? trial->params[*figure.x_parameter]
                                   : Value(number_of(figure.beside[0], *trial));
      points.push_back(mean_point(std::move(x), {number_of(figure.value, *trial)}, {}));
      points.back().trials = {trial};
      if (keys.color) points.back().own = {number_of(*keys.color, *trial)};
    }
    return points;
  });
  if (const auto& map = keys.over.map) data.own = Beneath{figure_data(*map, results)};
}

std::vector<CsvColumn> scatter_columns(const Figure& figure, const Experiment& experiment) {
  const auto& keys = figure.keys<ScatterKeys>();
  const auto y = [](const Panel&, const Curve&, const Point& p) { return shortest(p.mean); };
  CsvColumns columns =
      joined({key_columns(figure, experiment), {x_column(keys.x_name), {figure.value.metric, y}}});
  if (keys.color) columns.push_back(own_column(keys.color->metric, 0));
  return columns;
}

// The scale of the colours, where a scalar gives them.
std::optional<ColorBar> dot_colors(const Figure& figure, const FigureData& data) {
  if (!figure.keys<ScatterKeys>().color) return std::nullopt;
  std::vector<double> values;
  for (const Panel& panel : data.panels)
    for (const Curve& curve : panel.curves)
      for (const Point& p : curve.points) values.push_back(p.own[0]);
  return ColorBar{numeric_scale(values, figure.log_color, 0, 5), figure.colorlabel};
}

// Dots of one colour are one layer: of a scalar's there are as many as can be told apart.
std::vector<DotLayer> dots_of(const CurvePage& frame, const Curve& curve,
                              const std::optional<ColorBar>& bar) {
  constexpr int shades = 64;
  std::map<int, DotLayer> layers;
  for (const Point& p : curve.points) {
    const double share = bar ? bar->scale.fraction(p.own[0]) : 0;
    const int shade = std::isnan(share) ? -1 : std::clamp(static_cast<int>(share * shades), 0, shades - 1);
    auto [found, is_new] = layers.try_emplace(shade);
    if (is_new) {
      found->second.color = !bar ? frame.color(curve) : bar->color(shade < 0 ? nan : (shade + 0.5) / shades);
      found->second.size = 0.3;
      found->second.shape = frame.shape(curve).value_or(Shape::disc);
    }
    const Spot spot = frame.spot(p, p.mean);
    found->second.spots.emplace_back(spot.first + frame.aside(curve), spot.second);
  }
  std::vector<DotLayer> all;
  for (auto& [shade, layer] : layers) all.push_back(std::move(layer));
  return all;
}

Page scatter_page(const Figure& figure, const Experiment& experiment, const FigureData& data) {
  CurvePage frame = curve_page(figure, experiment, data, false);
  const auto& map = figure.keys<ScatterKeys>().over.map;
  const auto bar = dot_colors(figure, data);
  frame.page.bar = bar ? bar : frame.page.bar;
  if (map) lay_beneath(figure, *map, experiment, data, frame.page);
  for (std::size_t k = 0; k < data.panels.size(); ++k) {
    frame.enter(k);
    for (const Curve& curve : data.panels[k].curves) {
      for (DotLayer& dots : dots_of(frame, curve, bar)) {
        if (map)
          frame.page.panels[k].layers.push_back(DotLayer{dots.spots, {1, 1, 1}, 0.4});  // sets the dots off
        frame.page.panels[k].layers.push_back(std::move(dots));
      }
    }
  }
  for (LegendEntry& entry : frame.page.legend)
    if (entry.mark == Mark::line) entry.mark = Mark::dot;
  add_lost(frame, data);
  return frame.page;
}

nlohmann::ordered_json scatter_json(const Figure& figure, const Experiment& experiment,
                                    const FigureData& data) {
  nlohmann::ordered_json json = {{"form", "paths"},
                                 {"lines", false},
                                 {"dots", true},
                                 {"ends", false},
                                 {"keys", nlohmann::ordered_json::array()}};
  json.update(curves_json(figure, experiment, data));
  if (const auto bar = dot_colors(figure, data)) {
    json["color"] = {{"label", bar->label},
                     {"low", json_in_full(bar->scale.low)},
                     {"high", json_in_full(bar->scale.high)},
                     {"log", bar->scale.log}};
    for (std::size_t k = 0; k < data.panels.size(); ++k) {
      for (std::size_t c = 0; c < data.panels[k].curves.size(); ++c) {
        std::vector<double> values;
        for (const Point& p : data.panels[k].curves[c].points) values.push_back(p.own[0]);
        json["panels"][k]["curves"][c]["colors"] = json_numbers(values);
      }
    }
  }
  if (const auto& map = figure.keys<ScatterKeys>().over.map) put_beneath(*map, experiment, data, json);
  return json;
}

PlotKind scatter(const char* name, const char* doc) {
  return {.name = name,
          .doc = doc,
          .read = read_scatter,
          .link =
              [](Figure& figure, const std::vector<Figure>& figures, Diagnostics& diagnostics) {
                find_map(figure, std::any_cast<ScatterKeys&>(figure.own).over, figures, diagnostics);
              },
          .averages = false,
          .fill = fill_scatter,
          .columns = scatter_columns,
          .page = scatter_page,
          .json = scatter_json};
}

void add_scatter() {
  Registry<PlotKind>::all().add(scatter(
      "scatter", "a dot for each trial, or each place of two series: a metric over a metric or a parameter"));
  Registry<PlotKind>::all().add(scatter("dots", "scatter, by its first name"));
}

}  // namespace

QKLAB_REGISTER(add_scatter)

}  // namespace qklab
