#include "core/figures/figure_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/figures/labels.hpp"
#include "core/figures/lost.hpp"
#include "core/figures/plot_kind.hpp"
#include "core/stats/intervals.hpp"

namespace qklab {
namespace {

std::vector<std::size_t> listed(const std::optional<std::size_t>& parameter) {
  return parameter ? std::vector<std::size_t>{*parameter} : std::vector<std::size_t>{};
}

}  // namespace

void set_titles(std::vector<Panel>& panels, const Figure& figure, const Experiment& experiment) {
  if (!figure.facet_parameter) return;
  std::vector<Value> values;
  for (const Panel& panel : panels) values.push_back(panel.key[0]);
  const ShortTexts texts(values, ShortTexts::Style::typeset);
  const std::string& name = experiment.parameters[*figure.facet_parameter].name;
  for (Panel& panel : panels) panel.title = fmt::format("{} = {}", name, texts.of(panel.key[0]));
}

void check_equal_but_seed(const Figure& figure, const Trials& trials, const Schema& schema) {
  const std::size_t seed = seed_of(schema);
  for (std::size_t i = 0; i < schema.size(); ++i) {
    const bool shown = i == figure.x_parameter || i == figure.curve_parameter || i == figure.facet_parameter;
    if (i == seed || shown) continue;
    const auto values = group(trials, schema, {i});
    if (values.size() <= 1) continue;
    std::string listing;
    for (std::size_t k = 0; k < values.size() && k < 5; ++k) {
      listing += (k ? ", " : "") + to_text(values[k].key[0]);
    }
    throw Error(open_parameter(figure, schema[i].name, listing + (values.size() > 5 ? ", ..." : "")));
  }
}

Point mean_point(Value x, const std::vector<double>& measured, const std::vector<double>& theory) {
  const Estimate estimate = estimate_mean(measured);
  const Interval i = interval(estimate, 0.95);
  return {std::move(x), estimate.value, i.low, i.high, mean(theory), measured.size()};
}

std::vector<Point> points_along_index(const Figure& figure, const Trials& trials) {
  struct Values {
    std::vector<double> measured, theory, baseline;
    Trials trials;  // of the measured ones
  };
  std::map<double, Values> by_index;
  const auto gather = [&](const Quantity& quantity, std::vector<double> Values::*into) {
    for (const TrialRecord* trial : trials) {
      const Series& series = series_of(quantity, *trial);
      for (std::size_t i = 0; i < series.index.size(); ++i)
        (by_index[series.index[i]].*into).push_back(series.value[i]);
    }
  };
  gather(figure.value, &Values::measured);
  for (const TrialRecord* trial : trials)
    for (const double index : series_of(figure.value, *trial).index) by_index[index].trials.push_back(trial);
  if (figure.theory) gather(*figure.theory, &Values::theory);
  if (figure.baseline) gather(*figure.baseline, &Values::baseline);
  std::vector<Point> points;
  for (const auto& [index, values] : by_index) {
    points.push_back(mean_point(index, values.measured, values.theory));
    points.back().baseline = mean(values.baseline);
    points.back().trials = values.trials;
  }
  return points;
}

double mean_over(const Quantity& quantity, const Trials& trials) {
  std::vector<double> values;
  for (const TrialRecord* trial : trials) values.push_back(number_of(quantity, *trial));
  return mean(values);
}

std::vector<Point> points_along_parameter(const Figure& figure, const Quantity& value, const Trials& trials,
                                          const Experiment& experiment,
                                          const std::function<void(Point&, const Trials&)>& complete) {
  const Schema& schema = experiment.parameters;
  std::vector<Point> points;
  for (const Group& at : group(trials, schema, {*figure.x_parameter})) {
    check_equal_but_seed(figure, at.trials, schema);
    std::vector<double> measured, theory;
    for (const TrialRecord* trial : at.trials) {
      measured.push_back(number_of(value, *trial));
      if (figure.theory) theory.push_back(number_of(*figure.theory, *trial));
    }
    points.push_back(mean_point(at.key[0], measured, theory));
    points.back().trials = at.trials;
    if (figure.baseline) points.back().baseline = mean_over(*figure.baseline, at.trials);
    if (complete) complete(points.back(), at.trials);
  }
  return points;
}

std::vector<Panel> faceted(const Figure& figure, const Trials& trials, const Experiment& experiment,
                           const PointsOf& points) {
  const Schema& schema = experiment.parameters;
  std::vector<Panel> panels;
  for (const Group& facet : group(trials, schema, listed(figure.facet_parameter))) {
    panels.push_back({facet.key, "", "", {}});
    for (const Group& curve : group(facet.trials, schema, listed(figure.curve_parameter)))
      panels.back().curves.push_back({curve.key, points(curve.trials)});
  }
  set_titles(panels, figure, experiment);
  return panels;
}

std::string open_parameter(const Figure& figure, const std::string& name, const std::string& values) {
  return fmt::format(
      "figure '{}': its points would average over {} ({}); make it x, color or facet, or fix it in where "
      "(\"{} == ...\")",
      figure.name, name, values, name);
}

bool has_baseline(const FigureData& data) {
  for (const Panel& panel : data.panels)
    for (const Curve& curve : panel.curves)
      for (const Point& p : curve.points)
        if (!std::isnan(p.baseline)) return true;
  return false;
}

FigureData figure_data(const Figure& figure, const Results& results) {
  FigureData data;
  Trials done, lost;
  for (const TrialRecord* trial : select(results, figure.where)) {
    data.failed += trial->status == Status::failed;
    data.diverged += trial->status == Status::diverged;
    data.pruned += trial->status == Status::pruned;
    (trial->status == Status::done ? done : lost).push_back(trial);
  }
  if (done.empty()) {
    throw Error(fmt::format("figure '{}': no trial to draw ({} failed, {} diverged{})", figure.name,
                            data.failed, data.diverged,
                            figure.where ? "; where: " + figure.where->text() : ""));
  }
  figure.plot->fill(figure, results, done, data);
  data.lost = lost_places(figure, lost, *results.experiment);
  add_lost_panels(figure, *results.experiment, data);
  return data;
}

}  // namespace qklab
