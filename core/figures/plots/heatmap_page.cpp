#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "core/base/nan.hpp"
#include "core/figures/lost.hpp"
#include "core/figures/plots/heatmap.hpp"

namespace qklab {
namespace {

Scale covering(const std::vector<double>& edges, Scale scale) {
  scale.low = edges.front();
  scale.high = edges.back();
  return scale;
}

std::size_t rank(const Coordinate& coordinate, const Value& value) {
  const auto& values = coordinate.values;
  return static_cast<std::size_t>(std::find(values.begin(), values.end(), value) - values.begin());
}

// Positions on which an axis is linear.
std::vector<double> linear_positions(const Coordinate& axis) {
  std::vector<double> result = axis.positions();
  for (double& v : result) v = axis.log ? std::log(v) : v;
  return result;
}

// In a refined sweep most pairs of values have no point: their cells show the nearest one, the plane being a
// square.
void fill_gaps(const Cells& cells, std::vector<const Point*>& points) {
  const auto unit = [](std::vector<double> positions) {
    const double low = positions.front(), extent = std::max(positions.back() - low, 1e-300);
    for (double& v : positions) v = (v - low) / extent;
    return positions;
  };
  const std::vector<double> x = unit(linear_positions(cells.x)), y = unit(linear_positions(cells.y));
  std::vector<std::size_t> own;
  for (std::size_t cell = 0; cell < points.size(); ++cell)
    if (points[cell]) own.push_back(cell);
  if (own.empty()) return;
  for (std::size_t cell = 0; cell < points.size(); ++cell) {
    if (points[cell]) continue;
    const auto distance = [&](std::size_t other) {
      return std::hypot(x[cell % cells.columns()] - x[other % cells.columns()],
                        y[cell / cells.columns()] - y[other / cells.columns()]);
    };
    points[cell] = points[*std::ranges::min_element(own, {}, distance)];
  }
}

// White beneath, so that the line is seen on dark cells as on bright ones.
void add_lines(std::vector<PlotLayer>& layers, const Page& page, const std::vector<Line>& lines, double width,
               bool dashed) {
  LineLayer layer{{}, {1, 1, 1}, width + 1};
  for (const Line& line : lines) {
    layer.lines.emplace_back();
    for (const auto& [x, y] : line) layer.lines.back().push_back({page.x.fraction(x), page.y.fraction(y)});
  }
  if (layer.lines.empty()) return;
  layers.push_back(layer);
  layer.color = {0, 0, 0};
  layer.width = width;
  layer.stroke = dashed ? Stroke::dashed : Stroke::solid;
  layers.push_back(std::move(layer));
}

std::vector<double> contour_levels(const Figure& figure, const FigureData& data, std::size_t contour) {
  const Contour& asked = figure.keys<HeatmapKeys>().contours[contour];
  if (!asked.levels.empty()) return asked.levels;
  std::vector<double> values, levels;
  for (const Panel& panel : data.panels) {
    for (const Curve& row : panel.curves) {
      for (const Point& p : row.points) values.push_back(p.own[contour]);
    }
  }
  for (const auto& [level, text] : numeric_scale(values, false, 0, 4).ticks) levels.push_back(level);
  return levels;
}

}  // namespace

Cells cells_of(const Figure& figure, const Experiment& experiment, const FigureData& data) {
  Cells cells{x_coordinate(figure, experiment, data),
              curve_coordinate(figure, experiment, data, figure.log_y),
              {},
              {}};
  cells.x_edges = cell_edges(cells.x.positions(), figure.log_x);
  cells.y_edges = cell_edges(cells.y.positions(), figure.log_y);
  return cells;
}

std::size_t cell_of(const Cells& cells, const Curve& row, const Point& point) {
  return rank(cells.y, row.key[0]) * cells.columns() + rank(cells.x, point.x);
}

std::vector<const Point*> points_of(const Figure& figure, const Cells& cells, const Panel& panel) {
  std::vector<const Point*> points(cells.size());
  for (const Curve& row : panel.curves)
    for (const Point& p : row.points) points[cell_of(cells, row, p)] = &p;
  if (figure.refined) fill_gaps(cells, points);
  return points;
}

ColorBar color_bar(const Figure& figure, const Experiment& experiment, const FigureData& data,
                   std::size_t panel) {
  const auto& keys = figure.keys<HeatmapKeys>();
  std::vector<double> values;
  for (std::size_t k = 0; k < data.panels.size(); ++k) {
    if (keys.several() && k != panel) continue;  // each metric has a scale of its own
    for (const Curve& row : data.panels[k].curves)
      for (const Point& p : row.points) values.push_back(p.mean);
  }
  const std::string name = keys.several() ? label(keys.metrics[panel], experiment) : figure.colorlabel;
  if (!keys.center) return {numeric_scale(values, figure.log_color, 0, 5), name};
  // Equally far on either side, so that equal shades are equally far from the middle.
  double reach = 0;
  for (const double value : values)
    if (std::isfinite(value)) reach = std::max(reach, std::abs(value - *keys.center));
  ColorBar bar{numeric_scale({*keys.center - reach, *keys.center + reach}, false, 0, 5), name};
  bar.diverging = true;
  return bar;
}

std::vector<ContourLine> contours_of(const Figure& figure, const FigureData& data, const Cells& cells,
                                     const Panel& panel) {
  const std::vector<const Point*> points = points_of(figure, cells, panel);
  std::vector<ContourLine> contours;
  for (std::size_t c = 0; c < figure.keys<HeatmapKeys>().contours.size(); ++c) {
    std::vector<double> values(cells.size(), nan);
    for (std::size_t cell = 0; cell < cells.size(); ++cell)
      if (points[cell]) values[cell] = points[cell]->own[c];
    for (const double level : contour_levels(figure, data, c)) {
      std::vector<Line> found =
          contour_lines(linear_positions(cells.x), linear_positions(cells.y), values, level);
      for (Line& line : found) {
        for (auto& [x, y] : line) {
          if (cells.x.log) x = std::exp(x);
          if (cells.y.log) y = std::exp(y);
        }
      }
      contours.push_back({level, std::move(found)});
    }
  }
  return contours;
}

std::vector<InfiniteCell> infinite_cells(const Figure& figure, const Cells& cells, const Panel& panel) {
  std::vector<InfiniteCell> result;
  const std::vector<const Point*> points = points_of(figure, cells, panel);
  for (std::size_t cell = 0; cell < cells.size(); ++cell)
    if (points[cell] && std::isinf(points[cell]->mean))
      result.push_back({cell % cells.columns(), cell / cells.columns(), points[cell]->mean > 0});
  return result;
}

std::vector<LostCell> lost_cells(const Cells& cells, const FigureData& data, const Panel& panel) {
  std::vector<LostCell> result;
  for (const Lost& lost : data.lost) {
    if (!is_lost_in(lost, panel) || !lost.x || lost.curve.empty()) continue;
    bool whole = true;
    for (const Curve& row : panel.curves)
      if (row.key == lost.curve)
        whole &= std::ranges::none_of(row.points, [&](const Point& p) { return p.x == *lost.x; });
    result.push_back({rank(cells.x, *lost.x), rank(cells.y, lost.curve[0]), whole, &lost});
  }
  return result;
}

std::vector<Line> outline_of(const Figure& figure, const Cells& cells, const Panel& panel) {
  std::vector<bool> inside;
  for (const Point* p : points_of(figure, cells, panel)) inside.push_back(p && is_outlined(figure, *p));
  return region_border(cells.x_edges, cells.y_edges, inside);
}

std::vector<PlotLayer> heatmap_layers(const Figure& figure, const Cells& cells, const FigureData& data,
                                      std::size_t panel, const ColorBar& bar, const Page& page) {
  const Color missing = bar.grey ? Color{1, 1, 1} : Color{0.8, 0.8, 0.8};
  const std::vector<const Point*> points = points_of(figure, cells, data.panels[panel]);
  CellLayer colors;
  for (std::size_t cell = 0; cell < cells.size(); ++cell) {
    const bool shown = points[cell] && bar.scale.can_show(points[cell]->mean);
    const double *x = &cells.x_edges[cell % cells.columns()], *y = &cells.y_edges[cell / cells.columns()];
    colors.cells.push_back({page.x.fraction(x[0]), page.x.fraction(x[1]), page.y.fraction(y[0]),
                            page.y.fraction(y[1]),
                            shown ? bar.color(bar.scale.fraction(points[cell]->mean)) : missing});
  }
  std::vector<PlotLayer> layers = {std::move(colors)};
  for (const ContourLine& contour : contours_of(figure, data, cells, data.panels[panel]))
    add_lines(layers, page, contour.lines, 0.7, true);
  add_lines(layers, page, outline_of(figure, cells, data.panels[panel]), 1.4, false);
  LineLayer marks{{}, {0.85, 0.1, 0.1}, 0.8};
  for (const LostCell& lost : lost_cells(cells, data, data.panels[panel])) {
    const double left = page.x.fraction(cells.x_edges[lost.column]);
    const double right = page.x.fraction(cells.x_edges[lost.column + 1]);
    const double low = page.y.fraction(cells.y_edges[lost.row]);
    const double high = page.y.fraction(cells.y_edges[lost.row + 1]);
    marks.lines.push_back({{left, low}, {right, high}});
    if (lost.whole) marks.lines.push_back({{left, high}, {right, low}});
  }
  if (!marks.lines.empty()) layers.push_back(std::move(marks));
  DotLayer above{{}, {0, 0, 0}, 0.6, Shape::up}, below{{}, {0, 0, 0}, 0.6, Shape::down};
  for (const InfiniteCell& cell : infinite_cells(figure, cells, data.panels[panel])) {
    const double* const x = &cells.x_edges[cell.column];
    const double* const y = &cells.y_edges[cell.row];
    (cell.up ? above : below)
        .spots.emplace_back(0.5 * (page.x.fraction(x[0]) + page.x.fraction(x[1])),
                            0.5 * (page.y.fraction(y[0]) + page.y.fraction(y[1])));
  }
  for (DotLayer* layer : {&above, &below})
    if (!layer->spots.empty()) layers.push_back(std::move(*layer));
  return layers;
}

std::vector<LegendEntry> heatmap_legend(const Figure& figure, const FigureData& data) {
  const auto& keys = figure.keys<HeatmapKeys>();
  std::vector<LegendEntry> legend;
  for (std::size_t c = 0; c < keys.contours.size(); ++c) {
    legend.push_back({fmt::format("{} = {}", keys.contours[c].quantity.metric,
                                  fmt::join(tick_texts(contour_levels(figure, data, c)), ", ")),
                      {},
                      Mark::dashed});
  }
  if (keys.outline) legend.push_back({keys.outline->label, {}, Mark::thick});
  const Unshown values = unshown(data, figure.log_color);
  const std::string beyond = unshown_text(values);
  if (!beyond.empty()) legend.push_back({beyond, {}, values.infinite ? Mark::up : Mark::none});
  const std::string left_out = left_out_text(data);
  if (!left_out.empty()) legend.push_back({"╱ ╳ " + left_out, {0.85, 0.1, 0.1}, Mark::none});
  return legend;
}

Page heatmap_page(const Figure& figure, const Experiment& experiment, const FigureData& data) {
  const Cells cells = cells_of(figure, experiment, data);
  const bool several = figure.keys<HeatmapKeys>().several();
  Page page;
  page.title = figure.title;
  page.xlabel = figure.xlabel;
  page.ylabel = figure.ylabel;
  page.columns = columns_of(figure, data);
  page.legend_in_panel = figure.legend_in_panel;
  page.filled = true;
  // Where values of a refined sweep stand is of no interest: there are many, and each has its own.
  const auto scale = [&](const Coordinate& axis, int most) {
    return figure.refined ? axis.scale(0, most) : axis.scale_at_values(most);
  };
  page.x = covering(cells.x_edges, scale(cells.x, 5));
  page.y = covering(cells.y_edges, scale(cells.y, 6));
  if (!several) page.bar = color_bar(figure, experiment, data, 0);
  page.legend = heatmap_legend(figure, data);
  for (std::size_t k = 0; k < data.panels.size(); ++k) {
    const ColorBar bar = color_bar(figure, experiment, data, k);
    page.panels.push_back({data.panels[k].title, heatmap_layers(figure, cells, data, k, bar, page),
                           several ? std::optional(bar) : std::nullopt});
    page.panels.back().row = data.panels[k].row;
  }
  return page;
}

}  // namespace qklab
