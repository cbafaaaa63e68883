#include "core/figures/plots/curves.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace qklab {

namespace {

std::vector<Point> points_of(const Figure& figure, const Trials& trials, const Experiment& experiment) {
  if (figure.x_parameter) return points_along_parameter(figure, figure.value, trials, experiment);
  check_equal_but_seed(figure, trials, experiment.parameters);
  return points_along_index(figure, trials);
}

// The metrics that are curves; of families, the members that trials have.
std::vector<Quantity> curves_among(const Figure& figure, const Trials& trials) {
  std::vector<Quantity> curves;
  for (const Quantity& value : figure.values) {
    if (!is_family(value.metric)) {
      curves.push_back(value);
      continue;
    }
    std::set<std::string, MemberLess> members;
    for (const TrialRecord* trial : trials)
      for (const auto& [name, series] : trial->members)
        if (is_member(name, value.metric)) members.insert(name);
    for (const std::string& name : members) curves.push_back({name, true, value.slot, true, value.at});
  }
  return curves;
}

Trials having(const Quantity& value, const Trials& trials) {
  Trials some;
  for (const TrialRecord* trial : trials)
    if (!value.member || trial->members.contains(value.metric)) some.push_back(trial);
  return some;
}

// A curve for each metric.
std::vector<Panel> panels_of_several(const Figure& figure, const Trials& trials,
                                     const Experiment& experiment) {
  std::vector<Panel> panels;
  Figure one = figure;
  for (const Group& facet : group(trials, experiment.parameters, figure.facet_parameters)) {
    panels.push_back({facet.key, "", "", {}});
    for (const Quantity& value : curves_among(figure, facet.trials)) {
      one.value = value;
      panels.back().curves.push_back(
          {{value.metric}, points_of(one, having(value, facet.trials), experiment)});
    }
  }
  if (std::ranges::all_of(panels, [](const Panel& panel) { return panel.curves.empty(); }))
    throw Error(fmt::format("figure '{}': no trial has a series '{}'", figure.name, figure.value.metric));
  complete_grid(panels, figure, experiment);
  set_titles(panels, figure, experiment);
  return panels;
}

}  // namespace

void fill_curves(const Figure& figure, const Results& results, const Trials& trials, FigureData& data) {
  const Experiment& experiment = *results.experiment;
  if (!figure.values.empty())
    data.panels = panels_of_several(figure, trials, experiment);
  else
    data.panels = faceted(figure, trials, experiment,
                          [&](const Trials& curve) { return points_of(figure, curve, experiment); });
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
