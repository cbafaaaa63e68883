#include <fmt/format.h>

#include <algorithm>

#include "core/report/plots.hpp"

namespace qklab {
namespace {

Scale covering(const std::vector<double>& edges, Scale scale) {
  scale.low = edges.front();
  scale.high = edges.back();
  return scale;
}

ColorBar color_bar(const Figure& figure, const FigureData& data) {
  std::vector<double> values;
  for (const Panel& panel : data.panels) {
    for (const Curve& row : panel.curves) {
      for (const Point& p : row.points) values.push_back(p.mean);
    }
  }
  return {numeric_scale(values, figure.log_color, 0, 5), figure.colorlabel};
}

}  // namespace

Page heatmap_page(const Figure& figure, const Experiment& experiment, const FigureData& data) {
  const Coordinate x = x_coordinate(figure, experiment, data);
  const Coordinate y = curve_coordinate(figure, experiment, data, figure.log_y);
  const std::vector<double> x_edges = cell_edges(x.positions(), figure.log_x);
  const std::vector<double> y_edges = cell_edges(y.positions(), figure.log_y);
  Page page;
  page.title = figure.title;
  page.xlabel = figure.xlabel;
  page.ylabel = figure.ylabel;
  page.columns = figure.columns;
  page.filled = true;
  page.x = covering(x_edges, x.scale(0, 4));
  page.y = covering(y_edges, y.scale(0, 5));
  page.bar = color_bar(figure, data);

  const auto rank = [](const Coordinate& coordinate, const Value& value) {
    const auto& values = coordinate.values;
    return static_cast<std::size_t>(std::find(values.begin(), values.end(), value) - values.begin());
  };
  const std::size_t columns = x.values.size(), rows = y.values.size();
  for (const Panel& panel : data.panels) {
    std::vector<std::string> colors(columns * rows, "#cccccc");
    for (const Curve& curve : panel.curves) {
      for (const Point& p : curve.points) {
        if (!page.bar->scale.can_show(p.mean)) continue;
        colors[rank(y, curve.key[0]) * columns + rank(x, p.x)] =
            viridis(page.bar->scale.fraction(p.mean)).hex();
      }
    }
    std::string cells;
    for (std::size_t row = 0; row < rows; ++row) {
      for (std::size_t column = 0; column < columns; ++column) {
        cells += fmt::format("{:.17g} {:.17g} {:.17g} {:.17g} {:.17g} {:.17g} 0x{}\n", x_edges[column],
                             y_edges[row], x_edges[column], x_edges[column + 1], y_edges[row],
                             y_edges[row + 1], colors[row * columns + column].substr(1));
      }
    }
    // A hair of a border closes the seams that antialiasing leaves between cells.
    page.panels.push_back(
        {panel_title(figure, experiment, panel),
         {{cells, "using 1:2:3:4:5:6:7 with boxxyerror lc rgb variable lw 0.3 fs solid 1 border"}}});
  }
  return page;
}

}  // namespace qklab
