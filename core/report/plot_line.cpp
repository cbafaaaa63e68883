#include <fmt/format.h>

#include "core/report/plots.hpp"

namespace qklab {
namespace {

constexpr double paleness = 0.6;  // of what was measured, where theory lies upon it

std::string rows(const CurvePage& frame, const Curve& curve, double Point::*value) {
  std::string text;
  for (const Point& p : curve.points)
    text += fmt::format("{} {}\n", shortest(frame.x.position(p.x)), shortest(p.*value));
  return text;
}

}  // namespace

Page line_page(const Figure& figure, const Experiment& experiment, const FigureData& data) {
  CurvePage frame = curve_page(figure, experiment, data, false);
  for (std::size_t i = 0; i < data.panels.size(); ++i) {
    std::vector<PlotLayer>& layers = frame.page.panels[i].layers;
    for (const Curve& curve : data.panels[i].curves) {
      const Color color = frame.color(curve);
      layers.push_back({rows(frame, curve, &Point::mean),
                        figure.theory ? fmt::format("using 1:2 with lines lc rgb '{}' lw 2",
                                                    color.mixed_with_white(paleness).hex())
                                      : fmt::format("using 1:2 with lines lc rgb '{}' lw 0.9", color.hex())});
    }
    for (const Curve& curve : data.panels[i].curves) {
      if (!figure.theory) break;
      layers.push_back(
          {rows(frame, curve, &Point::theory),
           fmt::format("using 1:2 with lines lc rgb '{}' lw 0.7 dt (6,4)", frame.color(curve).hex())});
    }
  }
  if (figure.theory) {
    const Color grey{0.25, 0.25, 0.25};
    frame.page.legend.push_back({"measured", grey.mixed_with_white(paleness), Mark::thick});
    frame.page.legend.push_back({"theory", grey, Mark::dashed});
  }
  return frame.page;
}

}  // namespace qklab
