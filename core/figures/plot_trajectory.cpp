#include <fmt/format.h>

#include "core/figures/plots.hpp"

namespace qklab {
namespace {

std::string row(const CurvePage& frame, const Point& p) {
  return fmt::format("{} {}\n", frame.x_share(p), frame.y_share(p.mean));
}

// The same heatmap in every panel, and axes that cover both.
void lay_beneath(const Figure& figure, const Experiment& experiment, const FigureData& data, Page& page) {
  const Figure& map = *figure.over;
  ColorBar bar = color_bar(map, experiment, *data.over, 0);
  bar.grey = true;
  auto [x, y] = heatmap_edges(map, experiment, *data.over);
  x.insert(x.end(), {page.x.low, page.x.high});
  y.insert(y.end(), {page.y.low, page.y.high});
  page.x = numeric_scale(x, figure.log_x, 0, 4);
  page.y = numeric_scale(y, figure.log_y, 0, 5);
  const std::vector<PlotLayer> layers = heatmap_layers(map, experiment, *data.over, 0, bar, page);
  for (PagePanel& panel : page.panels) panel.layers = layers;
  page.filled = true;
  if (!page.bar) page.bar = bar;  // the curves' own comes first
  for (LegendEntry& entry : heatmap_legend(map, *data.over)) page.legend.push_back(std::move(entry));
}

}  // namespace

Page trajectory_page(const Figure& figure, const Experiment& experiment, const FigureData& data) {
  CurvePage frame = curve_page(figure, experiment, data, false);
  frame.page.legend.push_back({"○ start  ● end", {0.25, 0.25, 0.25}, Mark::none});
  if (figure.over) lay_beneath(figure, experiment, data, frame.page);
  for (std::size_t i = 0; i < data.panels.size(); ++i) {
    std::vector<PlotLayer>& layers = frame.page.panels[i].layers;
    for (const Curve& curve : data.panels[i].curves) {
      std::string rows;
      for (const Point& p : curve.points) rows += row(frame, p);
      if (figure.over) layers.push_back({rows, "using 1:2 with lines lc rgb '#ffffff' lw 1.7"});
      layers.push_back(
          {rows, fmt::format("using 1:2 with lines lc rgb '{}' lw 0.9", frame.color(curve).hex())});
    }
    for (const Curve& curve : data.panels[i].curves) {  // marks last: no line hides one
      if (curve.points.empty()) continue;
      const std::string color = frame.color(curve).hex();
      for (const auto& [size, shade] : {std::pair{0.65, color}, {0.35, std::string("#ffffff")}}) {  // a ring
        layers.push_back({row(frame, curve.points.front()),
                          fmt::format("using 1:2 with points pt 7 ps {} lc rgb '{}'", size, shade)});
      }
      layers.push_back({row(frame, curve.points.back()),
                        fmt::format("using 1:2 with points pt 7 ps 0.5 lc rgb '{}'", color)});
    }
  }
  return frame.page;
}

}  // namespace qklab
