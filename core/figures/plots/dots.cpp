// Dots: one for each trial, with one number on each axis, or one for each place of two series that have the same index;
// over a heatmap in greys, where the figure names one.
#include <fmt/format.h>

#include <algorithm>
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

// A whole series where no `at` selects one of its numbers.
std::optional<Quantity> read_axis(FigureReader& reader, const char* key, const std::string& name,
                                  const std::string& at) {
  if (const Metric* series = reader.experiment.series_metric(name); series && at.empty())
    return find_quantity(reader.map, key, name, "", reader.experiment);
  return reader.number(key, key, name, at);
}

// The metric along x is the only one in Figure::beside.
void read_dots(FigureReader& reader) {
  const auto& [map, experiment, figure] = reader;
  const std::string x = map.required_text("x"), y = map.required_text("y");
  const std::string at = map.text("at").value_or("");
  reader.color_by_parameter();
  figure.own = DotsKeys{read_over(map)};
  if (x.empty() || y.empty()) return;
  const auto across = read_axis(reader, "x", x, at), up = read_axis(reader, "y", y, at);
  if (!across || !up) return;
  if (across->whole_series() != up->whole_series())
    return reader.error(
        "x", fmt::format("'{}' is one number a trial and '{}' a series: `at` selects one of its numbers",
                         across->whole_series() ? y : x, across->whole_series() ? x : y));
  const std::string &x_index = metric_of(*across, experiment).index,
                    &y_index = metric_of(*up, experiment).index;
  if (across->whole_series() && x_index != y_index)
    return reader.error("x",
                        fmt::format("'{}' is along '{}', but '{}' is along '{}'", x, x_index, y, y_index));
  figure.beside = {*across};
  figure.value = *up;
  figure.xlabel = label(*across, experiment);
  figure.ylabel = label(*up, experiment);
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

void fill_dots(const Figure& figure, const Results& results, const Trials& trials, FigureData& data) {
  data.panels = faceted(figure, trials, *results.experiment, [&figure](const Trials& dots) {
    std::vector<Point> points;
    for (const TrialRecord* trial : dots) {
      if (figure.value.whole_series()) {
        add_places(figure, *trial, points);
        continue;
      }
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
       .doc =
           "a dot for each trial, or each place of two series, one number over another, and over a heatmap",
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
