#include <map>
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

// The trials behind each cell that has a point of its own, row by row; null for the others.
Json trials_of_cells(const FigureData& data, const Cells& cells, const Panel& panel) {
  Json list = Json::array();
  for (std::size_t cell = 0; cell < cells.size(); ++cell) list.push_back(nullptr);
  for (const Curve& row : panel.curves)
    for (const Point& p : row.points) list[cell_of(cells, row, p)] = trials_json(data, p.trials);
  return list;
}

// Of a refined sweep: the cell whose point each cell shows.
Json shown_cells(const Figure& figure, const Cells& cells, const Panel& panel) {
  std::map<const Point*, std::size_t> own;
  for (const Curve& row : panel.curves)
    for (const Point& p : row.points) own[&p] = cell_of(cells, row, p);
  Json list = Json::array();
  for (const Point* p : points_of(figure, cells, panel)) list.push_back(p ? Json(own.at(p)) : Json());
  return list;
}

Json lost_json(const Cells& cells, const FigureData& data, const Panel& panel) {
  Json list = Json::array();
  for (const LostCell& lost : lost_cells(cells, data, panel)) {
    list.push_back(
        {{"column", lost.column}, {"row", lost.row}, {"whole", lost.whole}, {"count", lost.lost->count()}});
    if (data.first) list.back()["trials"] = trials_json(data, lost.lost->trials);
  }
  return list;
}

Json color_json(const ColorBar& bar) {
  return {{"label", bar.label},
          {"low", json_in_full(bar.scale.low)},
          {"high", json_in_full(bar.scale.high)},
          {"log", bar.scale.log},
          {"diverging", bar.diverging}};
}

Json infinite_json(const Figure& figure, const Cells& cells, const Panel& panel) {
  Json list = Json::array();
  for (const InfiniteCell& cell : infinite_cells(figure, cells, panel))
    list.push_back({{"column", cell.column}, {"row", cell.row}, {"up", cell.up}});
  return list;
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
    if (data.first) json["trials"] = trials_of_cells(data, cells, panel);
    if (figure.refined) json["shown"] = shown_cells(figure, cells, panel);
    const Json lost = lost_json(cells, data, panel);
    if (!lost.empty()) json["lost"] = lost;
    const Json infinite = infinite_json(figure, cells, panel);
    if (!infinite.empty()) json["infinite"] = infinite;
    panels.push_back(std::move(json));
  }
  Json keys = Json::array();
  for (const LegendEntry& entry : heatmap_legend(figure, data))
    if (entry.mark == Mark::dashed || entry.mark == Mark::thick)  // what is not shown is told by every figure
      keys.push_back((entry.mark == Mark::dashed ? "- - " : "— ") + entry.text);
  Json json = {{"form", "cells"},
               {"several", figure.keys<HeatmapKeys>().several()},
               {"keys", keys},
               {"xedges", json_numbers(cells.x_edges)},
               {"yedges", json_numbers(cells.y_edges)},
               {"xvalues", values_json(cells.x)},
               {"yvalues", values_json(cells.y)},
               {"refined", figure.refined},
               {"yparameter", parameter_json(figure.curve_parameter, experiment)}};
  if (!cells.x.numeric) json["xnames"] = names_of(cells.x);
  if (!cells.y.numeric) json["ynames"] = names_of(cells.y);
  json["panels"] = panels;
  return json;
}

}  // namespace qklab
