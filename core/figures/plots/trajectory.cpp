#include "core/figures/plots/trajectory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "core/figures/curve_page.hpp"
#include "core/figures/plot_kind.hpp"
#include "core/schema/plugin.hpp"
#include "core/stats/intervals.hpp"
#include "core/text/json_numbers.hpp"

namespace qklab {
namespace {

using Json = nlohmann::ordered_json;

std::optional<Quantity> read_series(FigureReader& reader, const char* key, const std::string& name) {
  if (name.empty()) return std::nullopt;
  const auto quantity = find_quantity(reader.map, key, name, "", reader.experiment);
  if (!quantity || quantity->series) return quantity;
  reader.error(key, fmt::format("'{}' is a scalar; a trajectory needs series", name));
  return std::nullopt;
}

// Both axes are series along the same index.
void read_trajectory(FigureReader& reader) {
  const auto& [map, experiment, figure] = reader;
  const std::string x = map.required_text("x"), y = map.required_text("y");
  reader.color_by_parameter();
  const auto across = read_series(reader, "x", x), up = read_series(reader, "y", y);
  TrajectoryKeys keys{across.value_or(Quantity{}), read_over(map)};
  if (across && up) {
    figure.value = *up;
    figure.beside = {*across};
    const std::string &x_index = metric_of(*across, experiment).index,
                      &y_index = metric_of(*up, experiment).index;
    figure.xlabel = label(*across, experiment);
    figure.ylabel = label(*up, experiment);
    if (x_index != y_index)
      reader.error("x", fmt::format("'{}' is along '{}', but '{}' is along '{}'", x, x_index, y, y_index));
  }
  figure.own = std::move(keys);
}

// Means over seeds of both series, along their index; a seed counts where it has both.
std::vector<Point> trajectory_points(const Figure& figure, const Trials& trials) {
  struct Values {
    std::vector<double> across, up;
    Trials trials;
  };
  std::map<double, Values> by_index;
  for (const TrialRecord* trial : trials) {
    const Series& x = series_of(figure.keys<TrajectoryKeys>().x, *trial);
    const Series& y = series_of(figure.value, *trial);
    for (std::size_t i = 0; i < x.index.size(); ++i) {
      const auto found = std::find(y.index.begin(), y.index.end(), x.index[i]);
      if (found == y.index.end()) continue;
      Values& values = by_index[x.index[i]];
      values.across.push_back(x.value[i]);
      values.up.push_back(y.value[static_cast<std::size_t>(found - y.index.begin())]);
      values.trials.push_back(trial);
    }
  }
  std::vector<Point> points;
  for (const auto& [index, values] : by_index) {
    points.push_back(mean_point(mean(values.across), values.up, {}));
    points.back().own = {index};
    points.back().trials = values.trials;
  }
  return points;
}

void fill_trajectory(const Figure& figure, const Results& results, const Trials& trials, FigureData& data) {
  const Experiment& experiment = *results.experiment;
  data.panels = faceted(figure, trials, experiment, [&](const Trials& curve) {
    check_equal_but_seed(figure, curve, experiment.parameters);
    return trajectory_points(figure, curve);
  });
  if (const auto& map = figure.keys<TrajectoryKeys>().over.map)
    data.own = Beneath{figure_data(*map, results)};
}

CsvColumns trajectory_columns(const Figure& figure, const Experiment& experiment) {
  return joined({key_columns(figure, experiment),
                 {own_column(metric_of(figure.value, experiment).index, 0),
                  x_column(figure.keys<TrajectoryKeys>().x.metric)},
                 value_columns(figure.value.metric)});
}

Page trajectory_page(const Figure& figure, const Experiment& experiment, const FigureData& data) {
  const auto& map = figure.keys<TrajectoryKeys>().over.map;
  const bool over = map != nullptr;
  CurvePage frame = curve_page(figure, experiment, data, false);
  frame.page.legend.push_back({"○ start  ● end", {0.25, 0.25, 0.25}, Mark::none});
  if (over) lay_beneath(figure, *map, experiment, data, frame.page);
  const auto spot = [&](const Point& p) { return frame.spot(p, p.mean); };
  for (std::size_t i = 0; i < data.panels.size(); ++i) {
    frame.enter(i);
    std::vector<PlotLayer>& layers = frame.page.panels[i].layers;
    for (const Curve& curve : data.panels[i].curves) {
      LineLayer line{{{}}, {1, 1, 1}, 1.7};
      for (const Point& p : curve.points) line.lines[0].push_back(spot(p));
      if (over) layers.push_back(line);  // sets the line off
      line.color = frame.color(curve);
      line.width = 0.9;
      layers.push_back(std::move(line));
    }
    for (const Curve& curve : data.panels[i].curves) {  // marks last: no line hides one
      if (curve.points.empty()) continue;
      const Color color = frame.color(curve), white{1, 1, 1};
      const Spot first = spot(curve.points.front()), last = spot(curve.points.back());
      layers.push_back(DotLayer{{first}, color, 0.65});  // a ring
      layers.push_back(DotLayer{{first}, white, 0.35});
      layers.push_back(DotLayer{{last}, color, 0.5});
    }
  }
  add_lost(frame, data);
  return frame.page;
}

Json trajectory_json(const Figure& figure, const Experiment& experiment, const FigureData& data) {
  Json json = {
      {"form", "paths"}, {"lines", true}, {"dots", false}, {"ends", true}, {"keys", {"○ start  ● end"}}};
  json.update(curves_json(figure, experiment, data));
  for (std::size_t k = 0; k < data.panels.size(); ++k) {
    for (std::size_t c = 0; c < data.panels[k].curves.size(); ++c) {
      std::vector<double> index;
      for (const Point& p : data.panels[k].curves[c].points) index.push_back(p.own[0]);
      json["panels"][k]["curves"][c]["index"] = json_numbers(index);
    }
  }
  if (const auto& map = figure.keys<TrajectoryKeys>().over.map) put_beneath(*map, experiment, data, json);
  return json;
}

void add_trajectory() {
  Registry<PlotKind>::all().add(
      {.name = "trajectory",
       .doc = "one series over another, and over a heatmap of the same plane",
       .read = read_trajectory,
       .link =
           [](Figure& figure, const std::vector<Figure>& figures, Diagnostics& diagnostics) {
             find_map(figure, std::any_cast<TrajectoryKeys&>(figure.own).over, figures, diagnostics);
           },
       .fill = fill_trajectory,
       .columns = trajectory_columns,
       .page = trajectory_page,
       .json = trajectory_json});
}

}  // namespace

QKLAB_REGISTER(add_trajectory)

}  // namespace qklab
