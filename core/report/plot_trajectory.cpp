#include <fmt/format.h>

#include "core/report/plots.hpp"

namespace qklab {
namespace {

std::string row(const CurvePage& frame, const Point& p) {
  return fmt::format("{} {}\n", shortest(frame.x.position(p.x)), shortest(p.mean));
}

}  // namespace

Page trajectory_page(const Figure& figure, const Experiment& experiment, const FigureData& data) {
  CurvePage frame = curve_page(figure, experiment, data, false);
  for (std::size_t i = 0; i < data.panels.size(); ++i) {
    std::vector<PlotLayer>& layers = frame.page.panels[i].layers;
    for (const Curve& curve : data.panels[i].curves) {
      std::string rows;
      for (const Point& p : curve.points) rows += row(frame, p);
      layers.push_back(
          {rows, fmt::format("using 1:2 with lines lc rgb '{}' lw 0.9", frame.color(curve).hex())});
    }
    for (const Curve& curve : data.panels[i].curves) {  // marks last: no line hides one
      if (curve.points.empty()) continue;
      const std::string color = frame.color(curve).hex();
      layers.push_back({row(frame, curve.points.front()),
                        fmt::format("using 1:2 with points pt 6 ps 0.35 lw 0.8 lc rgb '{}'", color)});
      layers.push_back({row(frame, curve.points.back()),
                        fmt::format("using 1:2 with points pt 7 ps 0.35 lc rgb '{}'", color)});
    }
  }
  frame.page.legend.push_back({"○ start  ● end", {0.25, 0.25, 0.25}, Mark::none});
  return frame.page;
}

}  // namespace qklab
