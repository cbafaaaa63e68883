#include <fmt/format.h>

#include "core/figures/plots.hpp"

namespace qklab {
namespace {

constexpr double paleness = 0.6;  // of what was measured, where theory lies upon it

}  // namespace

Page line_page(const Figure& figure, const Experiment& experiment, const FigureData& data) {
  CurvePage frame = curve_page(figure, experiment, data, false);
  for (std::size_t i = 0; i < data.panels.size(); ++i) {
    std::vector<PlotLayer>& layers = frame.page.panels[i].layers;
    for (const Curve& curve : data.panels[i].curves) {
      const Color color = frame.color(curve);
      if (figure.theory)
        add_curve(layers, frame, curve, &Point::mean, color.mixed_with_white(paleness).hex(), "lw 2");
      else
        add_curve(layers, frame, curve, &Point::mean, color.hex(), "lw 0.9");
    }
    for (const Curve& curve : data.panels[i].curves) {
      if (figure.theory)
        add_curve(layers, frame, curve, &Point::theory, frame.color(curve).hex(), "lw 0.7 dt (6,4)");
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
