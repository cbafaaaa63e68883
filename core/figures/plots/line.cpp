#include <nlohmann/json.hpp>

#include "core/figures/plot_kind.hpp"
#include "core/figures/plots/curve_layers.hpp"
#include "core/figures/plots/curves.hpp"
#include "core/schema/plugin.hpp"

namespace qklab {
namespace {

constexpr double line_paleness = 0.5;  // of what was measured, where theory lies upon it

Page line_page(const Figure& figure, const Experiment& experiment, const FigureData& data) {
  CurvePage frame = curve_page(figure, experiment, data, false);
  for (std::size_t i = 0; i < data.panels.size(); ++i) {
    frame.enter(i);
    std::vector<PlotLayer>& layers = frame.page.panels[i].layers;
    for (const Curve& curve : data.panels[i].curves) {
      const Color color = frame.color(curve);
      if (figure.theory)
        add_curve(layers, frame, curve, &Point::mean, {color.mixed_with_white(line_paleness), 2});
      else
        add_curve(layers, frame, curve, &Point::mean, {color, 0.9});
    }
    add_beside(layers, frame, figure, data.panels[i], 0.7);
  }
  if (figure.theory) {
    const Color grey{0.25, 0.25, 0.25};
    frame.page.legend.push_back({"measured", grey.mixed_with_white(line_paleness), Mark::thick});
  }
  for (const LegendEntry& entry : legend_of_beside(figure, data)) frame.page.legend.push_back(entry);
  add_lost(frame, data);
  return frame.page;
}

nlohmann::ordered_json line_json(const Figure& figure, const Experiment& experiment, const FigureData& data) {
  nlohmann::ordered_json json = {
      {"form", "curves"}, {"band", false}, {"keys", nlohmann::ordered_json::array()}};
  const std::string beside = keys_of_beside(figure, data);
  if (!beside.empty()) json["keys"].push_back((figure.theory ? "thick: measured, " : "") + beside);
  json.update(curves_json(figure, experiment, data));
  return json;
}

void add_line() {
  Registry<PlotKind>::all().add({.name = "line",
                                 .doc = "means over seeds, with theory dashed upon what was measured",
                                 .read = [](FigureReader& reader) { reader.curves(); },
                                 .fill = fill_curves,
                                 .page = line_page,
                                 .json = line_json});
}

}  // namespace

QKLAB_REGISTER(add_line)

}  // namespace qklab
