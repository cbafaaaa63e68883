#include <fmt/format.h>

#include <cmath>

#include "core/report/plots.hpp"

namespace qklab {
namespace {

constexpr double paleness = 0.72;

// x mean low high theory. Where the interval is unknown the band has no width.
std::string rows(const CurvePage& frame, const Curve& curve) {
  std::string text;
  for (const Point& p : curve.points) {
    const double low = std::isnan(p.low) ? p.mean : p.low, high = std::isnan(p.high) ? p.mean : p.high;
    text += fmt::format("{} {} {} {} {}\n", shortest(frame.x.position(p.x)), shortest(p.mean), shortest(low),
                        shortest(high), shortest(p.theory));
  }
  return text;
}

}  // namespace

Page band_page(const Figure& figure, const Experiment& experiment, const FigureData& data) {
  CurvePage frame = curve_page(figure, experiment, data, true);
  for (std::size_t i = 0; i < data.panels.size(); ++i) {
    std::vector<PlotLayer>& layers = frame.page.panels[i].layers;
    for (const Curve& curve : data.panels[i].curves) {  // all bands first: no band hides a line
      layers.push_back(
          {rows(frame, curve), fmt::format("using 1:3:4 with filledcurves fc rgb '{}'",
                                           frame.color(curve).mixed_with_white(paleness).hex())});
    }
    for (const Curve& curve : data.panels[i].curves) {
      layers.push_back({rows(frame, curve),
                        fmt::format("using 1:2 with lines lc rgb '{}' lw 0.9", frame.color(curve).hex())});
    }
    for (const Curve& curve : data.panels[i].curves) {
      if (!figure.theory) break;
      layers.push_back({rows(frame, curve), fmt::format("using 1:5 with lines lc rgb '{}' lw 0.8 dt (6,4)",
                                                        frame.color(curve).hex())});
    }
  }
  const Color grey{0.25, 0.25, 0.25};
  frame.page.legend.push_back({"mean over seeds", grey, Mark::line});
  frame.page.legend.push_back({"95% interval", grey.mixed_with_white(paleness), Mark::band});
  if (figure.theory) frame.page.legend.push_back({"theory", grey, Mark::dashed});
  return frame.page;
}

}  // namespace qklab
