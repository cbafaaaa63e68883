#include "core/figures/plots/curves.hpp"

#include <fmt/format.h>

#include <cmath>
#include <map>

namespace qklab {

void fill_curves(const Figure& figure, const Results& results, const Trials& trials, FigureData& data) {
  const Experiment& experiment = *results.experiment;
  data.panels = faceted(figure, trials, experiment, [&](const Trials& curve) {
    if (figure.x_parameter) return points_along_parameter(figure, figure.value, curve, experiment);
    check_equal_but_seed(figure, curve, experiment.parameters);
    return points_along_index(figure, curve);
  });
}

namespace {

constexpr Color beside_grey{0.25, 0.25, 0.25};

// Whether all curves of a panel have the same baseline wherever two of them have one.
bool shares_baseline(const CurvePage& frame, const Panel& panel) {
  std::map<double, double> known;
  for (const Curve& curve : panel.curves) {
    for (const Point& p : curve.points) {
      if (std::isnan(p.baseline)) continue;
      const auto [found, is_new] = known.try_emplace(frame.x.position(p.x), p.baseline);
      if (!is_new && found->second != p.baseline) return false;
    }
  }
  return true;
}

// The points with a baseline of all curves, in the order of x.
Curve merged_baseline(const CurvePage& frame, const Panel& panel) {
  std::map<double, Point> points;
  for (const Curve& curve : panel.curves)
    for (const Point& p : curve.points)
      if (!std::isnan(p.baseline)) points.try_emplace(frame.x.position(p.x), p);
  Curve merged;
  for (const auto& [x, p] : points) merged.points.push_back(p);
  return merged;
}

bool has_theory(const FigureData& data) {
  for (const Panel& panel : data.panels)
    for (const Curve& curve : panel.curves)
      for (const Point& p : curve.points)
        if (!std::isnan(p.theory)) return true;
  return false;
}

}  // namespace

void add_beside(std::vector<PlotLayer>& layers, const CurvePage& frame, const Figure& figure,
                const Panel& panel, double theory_width) {
  std::vector<Threshold> lines = figure.thresholds;
  lines.insert(lines.end(), figure.limits.begin(), figure.limits.end());
  for (const Threshold& line : lines) {
    const double y = frame.y_share(line.value);
    if (!(y >= 0 && y <= 1)) continue;  // a limit that is far away
    layers.push_back(LineLayer{{{{0, y}, {1, y}}}, beside_grey, 0.7, Stroke::dash_dotted});
  }
  for (const Curve& curve : panel.curves) {
    if (figure.theory)
      add_curve(layers, frame, curve, &Point::theory, {frame.color(curve), theory_width, Stroke::dashed});
  }
  constexpr double width = 0.9;
  if (shares_baseline(frame, panel)) {
    const Curve merged = merged_baseline(frame, panel);
    if (!merged.points.empty())
      add_curve(layers, frame, merged, &Point::baseline, {beside_grey, width, Stroke::dotted});
    return;
  }
  for (const Curve& curve : panel.curves)
    add_curve(layers, frame, curve, &Point::baseline, {frame.color(curve), width, Stroke::dotted});
}

std::vector<LegendEntry> legend_of_beside(const Figure& figure, const FigureData& data) {
  const bool baseline = has_baseline(data);
  std::vector<LegendEntry> legend;
  if (figure.theory && !(baseline && !has_theory(data)))
    legend.push_back({baseline ? figure.theory_label : "theory", beside_grey, Mark::dashed});
  if (baseline) legend.push_back({figure.baseline_label, beside_grey, Mark::dotted});
  for (const Threshold& threshold : figure.thresholds)
    legend.push_back({threshold.label, beside_grey, Mark::dash_dotted});
  if (!figure.limits.empty()) {
    std::string demanded = "demanded:";
    for (const Threshold& limit : figure.limits)
      demanded += fmt::format("{} {}", demanded.back() == ':' ? "" : ",", limit.label);
    legend.push_back({demanded, beside_grey, Mark::dash_dotted});
  }
  return legend;
}

std::string keys_of_beside(const Figure& figure, const FigureData& data) {
  std::string keys;
  for (const LegendEntry& entry : legend_of_beside(figure, data)) {
    if (entry.mark == Mark::dash_dotted) continue;  // pages write a threshold's name on its line
    keys += fmt::format("{}{}: {}", keys.empty() ? "" : ", ",
                        entry.mark == Mark::dotted ? "dotted" : "dashed", entry.text);
  }
  return keys;
}

}  // namespace qklab
