#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/figures/plot_kind.hpp"
#include "core/figures/plots/curve_layers.hpp"
#include "core/figures/plots/curves.hpp"
#include "core/schema/plugin.hpp"

namespace qklab {
namespace {

constexpr double band_opacity = 0.28;  // so that bands which overlap are all seen

// Where the interval is unknown the band has no width.
Span interval_of(const CurvePage& frame, const Point& p) {
  const double low = std::isnan(p.low) ? p.mean : p.low, high = std::isnan(p.high) ? p.mean : p.high;
  // On a log axis an interval that reaches to 0 or below reaches to the axis's end.
  const double from = frame.page.y.log && low <= 0 && p.mean > 0 ? 0 : frame.y_share(low);
  // What reaches beyond the axis ends with it.
  return {frame.x_share(p), std::clamp(from, 0.0, 1.0), std::clamp(frame.y_share(high), 0.0, 1.0)};
}

Page band_page(const Figure& figure, const Experiment& experiment, const FigureData& data) {
  CurvePage frame = curve_page(figure, experiment, data, true);
  for (std::size_t i = 0; i < data.panels.size(); ++i) {
    frame.enter(i);
    std::vector<PlotLayer>& layers = frame.page.panels[i].layers;
    for (const Curve& curve : data.panels[i].curves) {  // all bands first: no band hides a line
      if (!frame.x.numeric) continue;                   // names have intervals of their own: see add_curve
      const Color color = frame.color(curve);
      BandLayer band{{}, color, band_opacity};
      for (const Point& p : curve.points) band.spans.push_back(interval_of(frame, p));
      layers.push_back(std::move(band));
      RodLayer lonely{{}, color.mixed_with_white(1 - band_opacity)};  // where a band has no length
      for (const Point* p : lonely_points(frame, curve, &Point::mean))
        lonely.spans.push_back(interval_of(frame, *p));
      if (!lonely.spans.empty()) layers.push_back(std::move(lonely));
    }
    for (const Curve& curve : data.panels[i].curves)
      add_curve(layers, frame, curve, &Point::mean, {frame.color(curve), 0.9});
    add_beside(layers, frame, figure, data.panels[i], 0.8);
  }
  const Color grey{0.25, 0.25, 0.25};
  if (frame.x.numeric) {
    frame.page.legend.push_back({"mean over seeds", grey, Mark::line});
    frame.page.legend.push_back({"95% interval", grey, Mark::band, band_opacity});
  } else {
    frame.page.legend.push_back({"mean over seeds, 95% interval", grey, Mark::dot});
  }
  for (const LegendEntry& entry : legend_of_beside(figure, data)) frame.page.legend.push_back(entry);
  add_lost(frame, data);
  return frame.page;
}

nlohmann::ordered_json band_json(const Figure& figure, const Experiment& experiment, const FigureData& data) {
  nlohmann::ordered_json json = {
      {"form", "curves"}, {"band", true}, {"keys", nlohmann::ordered_json::array()}};
  const std::string beside = keys_of_beside(figure, data);
  if (!beside.empty()) json["keys"].push_back(beside);
  json.update(curves_json(figure, experiment, data));
  return json;
}

void add_band() {
  Registry<PlotKind>::all().add({.name = "band",
                                 .doc = "means over seeds with their 95% interval, theory dashed",
                                 .read = [](FigureReader& reader) { reader.curves(); },
                                 .fill = fill_curves,
                                 .page = band_page,
                                 .json = band_json});
}

}  // namespace

QKLAB_REGISTER(add_band)

}  // namespace qklab
