#include <fmt/format.h>

#include <cmath>

#include "core/figures/plots.hpp"

namespace qklab {
namespace {

constexpr double band_paleness = 0.72;

// x low high. Where the interval is unknown the band has no width.
std::string band_rows(const CurvePage& frame, const Curve& curve) {
  std::string text;
  for (const Point& p : curve.points) {
    const double low = std::isnan(p.low) ? p.mean : p.low, high = std::isnan(p.high) ? p.mean : p.high;
    // On a log axis an interval that reaches to 0 or below reaches to the axis's end.
    const std::string from = frame.page.y.log && low <= 0 && p.mean > 0 ? "0" : frame.y_share(low);
    text += fmt::format("{} {} {}\n", frame.x_share(p), from, frame.y_share(high));
  }
  return text;
}

}  // namespace

Page band_page(const Figure& figure, const Experiment& experiment, const FigureData& data) {
  CurvePage frame = curve_page(figure, experiment, data, true);
  for (std::size_t i = 0; i < data.panels.size(); ++i) {
    std::vector<PlotLayer>& layers = frame.page.panels[i].layers;
    for (const Curve& curve : data.panels[i].curves) {  // all bands first: no band hides a line
      const std::string pale = frame.color(curve).mixed_with_white(band_paleness).hex();
      layers.push_back(
          {band_rows(frame, curve), fmt::format("using 1:2:3 with filledcurves fc rgb '{}'", pale)});
      Curve lonely{curve.key, {}};  // where a band has no length
      for (const Point* p : lonely_points(frame, curve, &Point::mean)) lonely.points.push_back(*p);
      if (lonely.points.empty()) continue;
      layers.push_back({band_rows(frame, lonely),
                        fmt::format("using 1:2:(0):($3-$2) with vectors nohead lw 3 lc rgb '{}'", pale)});
    }
    for (const Curve& curve : data.panels[i].curves)
      add_curve(layers, frame, curve, &Point::mean, frame.color(curve).hex(), "lw 0.9");
    for (const Curve& curve : data.panels[i].curves) {
      if (figure.theory)
        add_curve(layers, frame, curve, &Point::theory, frame.color(curve).hex(), "lw 0.8 dt (6,4)");
    }
  }
  const Color grey{0.25, 0.25, 0.25};
  frame.page.legend.push_back({"mean over seeds", grey, Mark::line});
  frame.page.legend.push_back({"95% interval", grey.mixed_with_white(band_paleness), Mark::band});
  if (figure.theory) frame.page.legend.push_back({"theory", grey, Mark::dashed});
  return frame.page;
}

}  // namespace qklab
