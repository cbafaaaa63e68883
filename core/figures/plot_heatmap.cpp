#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/figures/labels.hpp"
#include "core/figures/plots.hpp"

namespace qklab {
namespace {

Scale covering(const std::vector<double>& edges, Scale scale) {
  scale.low = edges.front();
  scale.high = edges.back();
  return scale;
}

// Cells of a panel, row by row, and where they stand.
struct Cells {
  Coordinate x, y;
  std::vector<double> x_edges, y_edges;

  std::size_t columns() const { return x.values.size(); }
  std::size_t size() const { return x.values.size() * y.values.size(); }
  std::size_t at(const Curve& row, const Point& p) const {
    const auto rank = [](const Coordinate& coordinate, const Value& value) {
      const auto& values = coordinate.values;
      return static_cast<std::size_t>(std::find(values.begin(), values.end(), value) - values.begin());
    };
    return rank(y, row.key[0]) * columns() + rank(x, p.x);
  }
};

Cells cells_of(const Figure& figure, const Experiment& experiment, const FigureData& data) {
  Cells cells{x_coordinate(figure, experiment, data),
              curve_coordinate(figure, experiment, data, figure.log_y),
              {},
              {}};
  cells.x_edges = cell_edges(cells.x.positions(), figure.log_x);
  cells.y_edges = cell_edges(cells.y.positions(), figure.log_y);
  return cells;
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
  for (std::size_t cell = 0; cell < points.size(); ++cell) {
    if (points[cell]) continue;
    const auto distance = [&](std::size_t other) {
      return std::hypot(x[cell % cells.columns()] - x[other % cells.columns()],
                        y[cell / cells.columns()] - y[other / cells.columns()]);
    };
    points[cell] = points[*std::ranges::min_element(own, {}, distance)];
  }
}

std::vector<const Point*> points_of(const Figure& figure, const Cells& cells, const Panel& panel) {
  std::vector<const Point*> points(cells.size());
  for (const Curve& row : panel.curves)
    for (const Point& p : row.points) points[cells.at(row, p)] = &p;
  if (figure.refined) fill_gaps(cells, points);
  return points;
}

// White beneath, so that the line is seen on dark cells as on bright ones.
void add_line(std::vector<PlotLayer>& layers, const Page& page, const std::vector<Line>& lines, double width,
              const std::string& dashes) {
  std::string rows;
  for (const Line& line : lines) {
    for (const auto& [x, y] : line) rows += fmt::format("{} {}\n", share(page.x, x), share(page.y, y));
    rows += '\n';
  }
  if (rows.empty()) return;
  layers.push_back({rows, fmt::format("using 1:2 with lines lc rgb '#ffffff' lw {}", width + 1)});
  layers.push_back({rows, fmt::format("using 1:2 with lines lc rgb '#000000' lw {} {}", width, dashes)});
}

}  // namespace

ColorBar color_bar(const Figure& figure, const Experiment& experiment, const FigureData& data,
                   std::size_t metric) {
  std::vector<double> values;
  for (const Panel& panel : data.panels) {
    for (const Curve& row : panel.curves) {
      for (const Point& p : row.points) {
        if (panel.metric == metric) values.push_back(p.mean);
      }
    }
  }
  const bool several = figure.metrics.size() > 1;
  return {numeric_scale(values, figure.log_color, 0, 5),
          several ? label(figure.metrics[metric], experiment) : figure.colorlabel};
}

std::vector<double> contour_levels(const Figure& figure, const FigureData& data, std::size_t contour) {
  if (!figure.contours[contour].levels.empty()) return figure.contours[contour].levels;
  std::vector<double> values, levels;
  for (const Panel& panel : data.panels) {
    for (const Curve& row : panel.curves) {
      for (const Point& p : row.points) values.push_back(p.contours[contour]);
    }
  }
  for (const auto& [level, text] : numeric_scale(values, false, 0, 4).ticks) levels.push_back(level);
  return levels;
}

std::vector<std::vector<ContourLine>> panel_contours(const Figure& figure, const Experiment& experiment,
                                                     const FigureData& data) {
  const Cells cells = cells_of(figure, experiment, data);
  std::vector<std::vector<ContourLine>> panels;
  for (const Panel& panel : data.panels) {
    const std::vector<const Point*> points = points_of(figure, cells, panel);
    std::vector<ContourLine> lines;
    for (std::size_t c = 0; c < figure.contours.size(); ++c) {
      std::vector<double> values(cells.size(), std::numeric_limits<double>::quiet_NaN());
      for (std::size_t cell = 0; cell < cells.size(); ++cell)
        if (points[cell]) values[cell] = points[cell]->contours[c];
      for (const double level : contour_levels(figure, data, c)) {
        std::vector<Line> found =
            contour_lines(linear_positions(cells.x), linear_positions(cells.y), values, level);
        for (Line& line : found) {
          for (auto& [x, y] : line) {
            if (cells.x.log) x = std::exp(x);
            if (cells.y.log) y = std::exp(y);
          }
        }
        lines.push_back({level, std::move(found)});
      }
    }
    panels.push_back(std::move(lines));
  }
  return panels;
}

std::vector<std::vector<Line>> panel_outlines(const Figure& figure, const Experiment& experiment,
                                              const FigureData& data) {
  const Cells cells = cells_of(figure, experiment, data);
  std::vector<std::vector<Line>> panels;
  for (const Panel& panel : data.panels) {
    std::vector<bool> inside;
    for (const Point* p : points_of(figure, cells, panel)) inside.push_back(p && p->outlined);
    panels.push_back(region_border(cells.x_edges, cells.y_edges, inside));
  }
  return panels;
}

std::vector<PlotLayer> heatmap_layers(const Figure& figure, const Experiment& experiment,
                                      const FigureData& data, std::size_t panel, const ColorBar& bar,
                                      const Page& page) {
  const Cells cells = cells_of(figure, experiment, data);
  const Color missing = bar.grey ? Color{1, 1, 1} : Color{0.8, 0.8, 0.8};
  const std::vector<const Point*> points = points_of(figure, cells, data.panels[panel]);
  std::string rows;
  for (std::size_t cell = 0; cell < cells.size(); ++cell) {
    const bool shown = points[cell] && bar.scale.can_show(points[cell]->mean);
    const Color color = shown ? bar.color(bar.scale.fraction(points[cell]->mean)) : missing;
    const double *x = &cells.x_edges[cell % cells.columns()], *y = &cells.y_edges[cell / cells.columns()];
    const std::string left = share(page.x, x[0]), low = share(page.y, y[0]);
    rows += fmt::format("{0} {1} {0} {2} {1} {3} 0x{4}\n", left, low, share(page.x, x[1]),
                        share(page.y, y[1]), color.hex().substr(1));
  }
  // A hair of a border closes the seams that antialiasing leaves between cells.
  std::vector<PlotLayer> layers = {
      {rows, "using 1:2:3:4:5:6:7 with boxxyerror lc rgb variable lw 0.3 fs solid 1 border"}};
  const std::vector<std::vector<ContourLine>> contours = panel_contours(figure, experiment, data);
  for (const ContourLine& contour : contours[panel]) add_line(layers, page, contour.lines, 0.7, "dt (6,4)");
  add_line(layers, page, panel_outlines(figure, experiment, data)[panel], 1.4, "");
  return layers;
}

std::vector<LegendEntry> heatmap_legend(const Figure& figure, const FigureData& data) {
  std::vector<LegendEntry> legend;
  for (std::size_t c = 0; c < figure.contours.size(); ++c) {
    legend.push_back({fmt::format("{} = {}", figure.contours[c].quantity.metric,
                                  fmt::join(tick_texts(contour_levels(figure, data, c)), ", ")),
                      {},
                      Mark::dashed});
  }
  if (figure.outline) legend.push_back({figure.outline->label, {}, Mark::thick});
  return legend;
}

std::vector<const Point*> heatmap_points(const Figure& figure, const Experiment& experiment,
                                         const FigureData& data, std::size_t panel) {
  return points_of(figure, cells_of(figure, experiment, data), data.panels[panel]);
}

std::pair<std::vector<double>, std::vector<double>> heatmap_edges(const Figure& figure,
                                                                  const Experiment& experiment,
                                                                  const FigureData& data) {
  Cells cells = cells_of(figure, experiment, data);
  return {std::move(cells.x_edges), std::move(cells.y_edges)};
}

Page heatmap_page(const Figure& figure, const Experiment& experiment, const FigureData& data) {
  const Cells cells = cells_of(figure, experiment, data);
  const bool several = figure.metrics.size() > 1;
  Page page;
  page.title = figure.title;
  page.xlabel = figure.xlabel;
  page.ylabel = figure.ylabel;
  page.columns = figure.columns;
  page.filled = true;
  page.x = covering(cells.x_edges, cells.x.scale(0, 4));
  page.y = covering(cells.y_edges, cells.y.scale(0, 5));
  if (!several) page.bar = color_bar(figure, experiment, data, 0);
  page.legend = heatmap_legend(figure, data);
  const auto titles = panel_titles(figure, experiment, data);
  for (std::size_t k = 0; k < data.panels.size(); ++k) {
    const Panel& panel = data.panels[k];
    const ColorBar bar = color_bar(figure, experiment, data, panel.metric);
    page.panels.push_back({titles[k], heatmap_layers(figure, experiment, data, k, bar, page),
                           several ? std::optional(bar) : std::nullopt});
  }
  return page;
}

}  // namespace qklab
