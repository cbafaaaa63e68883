// A plot kind: a dot for each trial, with one scalar on each axis.
//
//     {name: cloud, plot: cloud, x: entropy, y: contrast, color: mean}
#include <nlohmann/json.hpp>

#include "core/figures/curve_page.hpp"
#include "core/figures/plot_kind.hpp"
#include "core/schema/plugin.hpp"

namespace qklab {
namespace {

// `at` selects one number of a series. The metric along x is the only one in Figure::beside.
void read_cloud(FigureReader& reader) {
  const auto& [map, experiment, figure] = reader;
  const std::string x = map.required_text("x"), y = map.required_text("y");
  const std::string at = map.text("at").value_or("");
  reader.color_by_parameter();
  if (x.empty() || y.empty()) return;
  const auto across = reader.number("x", "x", x, at), up = reader.number("y", "y", y, at);
  if (!across || !up) return;
  figure.beside = {*across};
  figure.value = *up;
  figure.xlabel = label(*across, experiment);
  figure.ylabel = label(*up, experiment);
}

void fill_cloud(const Figure& figure, const Results& results, const Trials& trials, FigureData& data) {
  data.panels = faceted(figure, trials, *results.experiment, [&figure](const Trials& dots) {
    std::vector<Point> points;
    for (const TrialRecord* trial : dots) {
      const double x = number_of(figure.beside[0], *trial), y = number_of(figure.value, *trial);
      points.push_back(mean_point(x, {y}, {}));
      points.back().trials = {trial};
    }
    return points;
  });
}

std::vector<CsvColumn> cloud_columns(const Figure& figure, const Experiment& experiment) {
  const auto y = [](const Panel&, const Curve&, const Point& p) { return shortest(p.mean); };
  return joined(
      {key_columns(figure, experiment), {x_column(figure.beside[0].metric), {figure.value.metric, y}}});
}

Page cloud_page(const Figure& figure, const Experiment& experiment, const FigureData& data) {
  CurvePage frame = curve_page(figure, experiment, data, false);
  for (std::size_t k = 0; k < data.panels.size(); ++k) {
    for (const Curve& curve : data.panels[k].curves) {
      DotLayer dots{.spots = {}, .color = frame.color(curve), .size = 0.3};
      for (const Point& p : curve.points) dots.spots.push_back(frame.spot(p, p.mean));
      frame.page.panels[k].layers.push_back(std::move(dots));
    }
  }
  add_lost(frame, data);
  return frame.page;
}

nlohmann::ordered_json cloud_json(const Figure& figure, const Experiment& experiment,
                                  const FigureData& data) {
  nlohmann::ordered_json json = {{"form", "paths"},
                                 {"lines", false},
                                 {"dots", true},
                                 {"ends", false},
                                 {"keys", nlohmann::ordered_json::array()}};
  json.update(curves_json(figure, experiment, data));
  return json;
}

void add_cloud() {
  Registry<PlotKind>::all().add({.name = "cloud",
                                 .doc = "a dot for each trial, one scalar over another",
                                 .read = read_cloud,
                                 .averages = false,
                                 .fill = fill_cloud,
                                 .columns = cloud_columns,
                                 .page = cloud_page,
                                 .json = cloud_json});
}

}  // namespace

QKLAB_REGISTER(add_cloud)

}  // namespace qklab
