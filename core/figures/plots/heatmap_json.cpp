#include <nlohmann/json.hpp>

#include "core/base/nan.hpp"
#include "core/figures/figure_json.hpp"
#include "core/figures/plots/heatmap.hpp"
#include "core/text/json_numbers.hpp"

namespace qklab {
namespace {

using Json = nlohmann::ordered_json;

Json values_json(const Coordinate& axis) {
  Json values = Json::array();
  for (const Value& value : axis.values) values.push_back(json_value(value));
  return values;
}

// [[x, y, x, y, ...], ...]
Json lines_json(const std::vector<Line>& lines) {
  Json items = Json::array();
  for (const Line& line : lines) {
    std::vector<double> numbers;
    for (const auto& [x, y] : line) numbers.insert(numbers.end(), {x, y});
    items.push_back(json_numbers(numbers));
  }
  return items;
}

// What each cell shows, a list a row.
Json cells_json(const Figure& figure, const Cells& cells, const Panel& panel) {
  std::vector<std::vector<double>> rows(cells.y.values.size());
  std::size_t cell = 0;
  for (const Point* p : points_of(figure, cells, panel))
    rows[cell++ / cells.columns()].push_back(p ? p->mean : nan);
  Json json = Json::array();
  for (const std::vector<double>& row : rows) json.push_back(json_numbers(row));
  return json;
}

Json color_json(const ColorBar& bar) {
  return {{"label", bar.label},
          {"low", json_in_full(bar.scale.low)},
          {"high", json_in_full(bar.scale.high)},
          {"log", bar.scale.log}};
}

}  // namespace

Json heatmap_json(const Figure& figure, const Experiment& experiment, const FigureData& data) {
  const Cells cells = cells_of(figure, experiment, data);
  Json panels = Json::array();
  for (std::size_t k = 0; k < data.panels.size(); ++k) {
    const Panel& panel = data.panels[k];
    Json contours = Json::array();
    for (const ContourLine& contour : contours_of(figure, data, cells, panel))
      contours.push_back(lines_json(contour.lines));
    Json json = panel_json(figure, experiment, panel);
    json["color"] = color_json(color_bar(figure, experiment, data, k));
    json["cells"] = cells_json(figure, cells, panel);
    json["contours"] = contours;
    json["outline"] = lines_json(outline_of(figure, cells, panel));
    json["curves"] = Json::array();
    panels.push_back(std::move(json));
  }
  Json keys = Json::array();
  for (const LegendEntry& entry : heatmap_legend(figure, data))
    keys.push_back((entry.mark == Mark::dashed ? "- - " : "— ") + entry.text);
  Json json = {{"form", "cells"},
               {"several", figure.keys<HeatmapKeys>().several()},
               {"keys", keys},
               {"xedges", json_numbers(cells.x_edges)},
               {"yedges", json_numbers(cells.y_edges)},
               {"xvalues", values_json(cells.x)},
               {"yvalues", values_json(cells.y)},
               {"yparameter", parameter_json(figure.curve_parameter, experiment)}};
  if (!cells.x.numeric) json["xnames"] = names_of(cells.x);
  if (!cells.y.numeric) json["ynames"] = names_of(cells.y);
  json["panels"] = panels;
  return json;
}

}  // namespace qklab
