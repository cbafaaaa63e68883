// Dots: one for each trial, with one number on each axis; over a heatmap in greys, where the figure names one.
#include <nlohmann/json.hpp>

#include "core/figures/curve_page.hpp"
#include "core/figures/plot_kind.hpp"
#include "core/figures/plots/beneath.hpp"
#include "core/schema/plugin.hpp"

namespace qklab {
namespace {

struct DotsKeys {
  OverMap over;
};

// `at` selects one number of a series. The metric along x is the only one in Figure::beside.
void read_dots(FigureReader& reader) {
  const auto& [map, experiment, figure] = reader;
  const std::string x = map.required_text("x"), y = map.required_text("y");
  const std::string at = map.text("at").value_or("");
  reader.color_by_parameter();
  figure.own = DotsKeys{read_over(map)};
  if (x.empty() || y.empty()) return;
  const auto across = reader.number("x", "x", x, at), up = reader.number("y", "y", y, at);
  if (!across || !up) return;
  figure.beside = {*across};
  figure.value = *up;
  figure.xlabel = label(*across, experiment);
  figure.ylabel = label(*up, experiment);
}

void fill_dots(const Figure& figure, const Results& results, const Trials& trials, FigureData& data) {
  data.panels = faceted(figure, trials, *results.experiment, [&figure](const Trials& dots) {
    std::vector<Point> points;
    for (const TrialRecord* trial : dots) {
      const double x = number_of(figure.beside[0], *trial), y = number_of(figure.value, *trial);
      points.push_back(mean_point(x, {y}, {}));
    }
    return points;
  });
  if (const auto& map = figure.keys<DotsKeys>().over.map) data.own = Beneath{figure_data(*map, results)};
}

std::vector<CsvColumn> dots_columns(const Figure& figure, const Experiment& experiment) {
  const auto y = [](const Panel&, const Curve&, const Point& p) { return shortest(p.mean); };
  return joined(
      {key_columns(figure, experiment), {x_column(figure.beside[0].metric), {figure.value.metric, y}}});
}

Page dots_page(const Figure& figure, const Experiment& experiment, const FigureData& data) {
  CurvePage frame = curve_page(figure, experiment, data, false);
  const auto& map = figure.keys<DotsKeys>().over.map;
  if (map) lay_beneath(figure, *map, experiment, data, frame.page);
  for (std::size_t k = 0; k < data.panels.size(); ++k) {
    for (const Curve& curve : data.panels[k].curves) {
      DotLayer dots{.spots = {}, .color = frame.color(curve), .size = 0.3};
      for (const Point& p : curve.points) dots.spots.push_back(frame.spot(p, p.mean));
      if (map)
        frame.page.panels[k].layers.push_back(DotLayer{dots.spots, {1, 1, 1}, 0.4});  // sets the dots off
      frame.page.panels[k].layers.push_back(std::move(dots));
    }
  }
  return frame.page;
}

nlohmann::ordered_json dots_json(const Figure& figure, const Experiment& experiment, const FigureData& data) {
  nlohmann::ordered_json json = {{"form", "paths"},
                                 {"lines", false},
                                 {"dots", true},
                                 {"ends", false},
                                 {"keys", nlohmann::ordered_json::array()}};
  json.update(curves_json(figure, experiment, data));
  if (const auto& map = figure.keys<DotsKeys>().over.map) put_beneath(*map, experiment, data, json);
  return json;
}

void add_dots() {
  Registry<PlotKind>::all().add(
      {.name = "dots",
       .doc = "a dot for each trial, one number over another, and over a heatmap",
       .read = read_dots,
       .link =
           [](Figure& figure, const std::vector<Figure>& figures, Diagnostics& diagnostics) {
             find_map(figure, std::any_cast<DotsKeys&>(figure.own).over, figures, diagnostics);
           },
       .averages = false,
       .fill = fill_dots,
       .columns = dots_columns,
       .page = dots_page,
       .json = dots_json});
}

}  // namespace

QKLAB_REGISTER(add_dots)

}  // namespace qklab
