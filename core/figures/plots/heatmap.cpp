#include "core/figures/plots/heatmap.hpp"

#include "core/figures/plot_kind.hpp"
#include "core/schema/plugin.hpp"

namespace qklab {
namespace {

// The outline's condition at the point of `trials`, which differ in the seed alone.
bool outline_holds(const Outline& outline, const Trials& trials, const Experiment& experiment) {
  Parameters point(*outline.names);
  std::size_t place = 0;
  for (std::size_t i = 0; i < experiment.parameters.size(); ++i) {
    if (i != seed_of(experiment.parameters)) point.set(place++, trials.front()->params[i]);
  }
  for (std::size_t slot = 0; slot < experiment.scalars.size(); ++slot)
    point.set(place++, mean_over({experiment.scalars[slot].name, false, slot, false, ""}, trials));
  return outline.where.holds(point);
}

void fill_heatmap(const Figure& figure, const Results& results, const Trials& trials, FigureData& data) {
  const Experiment& experiment = *results.experiment;
  const auto& keys = figure.keys<HeatmapKeys>();
  const auto complete = [&](Point& point, const Trials& at) {
    for (const Contour& contour : keys.contours) point.own.push_back(mean_over(contour.quantity, at));
    if (keys.outline) point.own.push_back(outline_holds(*keys.outline, at, experiment));
  };
  for (const Quantity& metric : keys.metrics) {
    for (Panel& panel : faceted(figure, trials, experiment, [&](const Trials& row) {
           return points_along_parameter(figure, metric, row, experiment, complete);
         })) {
      if (keys.several()) {
        panel.title = label(metric, experiment);
        panel.metric = metric.metric;
      }
      data.panels.push_back(std::move(panel));
    }
  }
}

CsvColumns heatmap_columns(const Figure& figure, const Experiment& experiment) {
  const auto& keys = figure.keys<HeatmapKeys>();
  CsvColumns columns = joined({key_columns(figure, experiment),
                               {x_column(experiment.parameters[*figure.x_parameter].name)},
                               value_columns(keys.several() ? "value" : figure.value.metric)});
  if (keys.several()) {
    columns.insert(columns.begin(),
                   {"metric", [](const Panel& panel, const Curve&, const Point&) { return panel.metric; }});
  }
  for (std::size_t c = 0; c < keys.contours.size(); ++c)
    columns.push_back(own_column(keys.contours[c].quantity.metric, c));
  if (keys.outline) {
    columns.push_back({"outlined", [&figure](const Panel&, const Curve&, const Point& p) {
                         return is_outlined(figure, p) ? "true" : "false";
                       }});
  }
  return columns;
}

std::string heatmap_value_label(const Figure& figure) {
  return figure.keys<HeatmapKeys>().several() ? "" : figure.colorlabel;
}

void add_heatmap() {
  Registry<PlotKind>::all().add({.name = "heatmap",
                                 .doc = "a metric, or several, as colours over two parameters",
                                 .read = read_heatmap,
                                 .rows = true,
                                 .value_label = heatmap_value_label,
                                 .fill = fill_heatmap,
                                 .columns = heatmap_columns,
                                 .page = heatmap_page,
                                 .json = heatmap_json});
}

}  // namespace

bool is_heatmap(const Figure& figure) { return figure.plot == Registry<PlotKind>::all().find("heatmap"); }

bool is_outlined(const Figure& figure, const Point& point) {
  return figure.keys<HeatmapKeys>().outline && point.own.back() != 0;
}

QKLAB_REGISTER(add_heatmap)

}  // namespace qklab
