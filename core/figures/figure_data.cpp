#include "core/figures/figure_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/results/csv.hpp"
#include "core/stats/intervals.hpp"

namespace qklab {
namespace {

std::vector<std::size_t> listed(const std::optional<std::size_t>& parameter) {
  return parameter ? std::vector<std::size_t>{*parameter} : std::vector<std::size_t>{};
}

// Averaging over anything but seeds would hide what it averages over.
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

Point point(Value x, const std::vector<double>& measured, const std::vector<double>& theory) {
  const Estimate estimate = estimate_mean(measured);
  const Interval i = interval(estimate, 0.95);
  return {std::move(x), estimate.value, i.low, i.high, mean(theory), measured.size(), 0, {}, false};
}

// A curve along the index of a series. Seeds need not have all of its values.
std::vector<Point> series_points(const Figure& figure, const Trials& trials) {
  std::map<double, std::pair<std::vector<double>, std::vector<double>>> by_index;
  const auto gather = [&](const Quantity& quantity, bool theory) {
    for (const TrialRecord* trial : trials) {
      const Series& series = series_of(quantity, *trial);
      for (std::size_t i = 0; i < series.index.size(); ++i) {
        auto& [measured, expected] = by_index[series.index[i]];
        (theory ? expected : measured).push_back(series.value[i]);
      }
    }
  };
  gather(figure.value, false);
  if (figure.theory) gather(*figure.theory, true);
  std::vector<Point> points;
  for (const auto& [index, values] : by_index) points.push_back(point(index, values.first, values.second));
  return points;
}

double mean_over(const Quantity& quantity, const Trials& trials) {
  std::vector<double> values;
  for (const TrialRecord* trial : trials) values.push_back(number_of(quantity, *trial));
  return mean(values);
}

// The outline's condition at the point of `trials`, which differ in the seed alone.
bool is_outlined(const Outline& outline, const Trials& trials, const Experiment& experiment) {
  Parameters point(*outline.names);
  std::size_t place = 0;
  for (std::size_t i = 0; i < experiment.parameters.size(); ++i) {
    if (i != seed_of(experiment.parameters)) point.set(place++, trials.front()->params[i]);
  }
  for (std::size_t slot = 0; slot < experiment.scalars.size(); ++slot)
    point.set(place++, mean_over({experiment.scalars[slot].name, false, slot, false, ""}, trials));
  return outline.where.holds(point);
}

// A curve along a parameter; `value` is one of a heatmap's metrics, or the figure's only one.
std::vector<Point> parameter_points(const Figure& figure, const Quantity& value, const Trials& trials,
                                    const Experiment& experiment) {
  const Schema& schema = experiment.parameters;
  std::vector<Point> points;
  for (const Group& at : group(trials, schema, {*figure.x_parameter})) {
    check_equal_but_seed(figure, at.trials, schema);
    std::vector<double> measured, theory;
    for (const TrialRecord* trial : at.trials) {
      measured.push_back(number_of(value, *trial));
      if (figure.theory) theory.push_back(number_of(*figure.theory, *trial));
    }
    Point next = point(at.key[0], measured, theory);
    for (const Contour& contour : figure.contours)
      next.contours.push_back(mean_over(contour.quantity, at.trials));
    next.outlined = figure.outline && is_outlined(*figure.outline, at.trials, experiment);
    points.push_back(std::move(next));
  }
  return points;
}

// Means over seeds of both series, along their index; a seed counts where it has both.
std::vector<Point> trajectory_points(const Figure& figure, const Trials& trials) {
  std::map<double, std::pair<std::vector<double>, std::vector<double>>> by_index;
  for (const TrialRecord* trial : trials) {
    const Series &x = series_of(*figure.x_series, *trial), &y = series_of(figure.value, *trial);
    for (std::size_t i = 0; i < x.index.size(); ++i) {
      const auto found = std::find(y.index.begin(), y.index.end(), x.index[i]);
      if (found == y.index.end()) continue;
      auto& [across, up] = by_index[x.index[i]];
      across.push_back(x.value[i]);
      up.push_back(y.value[static_cast<std::size_t>(found - y.index.begin())]);
    }
  }
  std::vector<Point> points;
  for (const auto& [index, values] : by_index) {
    points.push_back(point(mean(values.first), values.second, {}));
    points.back().index = index;
  }
  return points;
}

std::vector<Point> points_of(const Figure& figure, const Quantity& value, const Trials& trials,
                             const Experiment& experiment) {
  if (figure.x_parameter) return parameter_points(figure, value, trials, experiment);
  check_equal_but_seed(figure, trials, experiment.parameters);
  return figure.plot == Plot::trajectory ? trajectory_points(figure, trials) : series_points(figure, trials);
}

std::string csv_row(const std::vector<std::string>& fields) {
  std::string row;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) row += ',';
    row += csv_field(fields[i]);
  }
  row += '\n';
  return row;
}

}  // namespace

std::string open_parameter(const Figure& figure, const std::string& name, const std::string& values) {
  return fmt::format(
      "figure '{}': its points would average over {} ({}); make it x, color or facet, or fix it in where "
      "(\"{} == ...\")",
      figure.name, name, values, name);
}

FigureData figure_data(const Figure& figure, const Results& results) {
  const Schema& schema = results.experiment->parameters;
  FigureData data;
  Trials done;
  for (const TrialRecord* trial : select(results, figure.where)) {
    data.failed += trial->status == Status::failed;
    data.diverged += trial->status == Status::diverged;
    data.pruned += trial->status == Status::pruned;
    if (trial->status == Status::done) done.push_back(trial);
  }
  if (done.empty()) {
    throw Error(fmt::format("figure '{}': no trial to draw ({} failed, {} diverged{})", figure.name,
                            data.failed, data.diverged,
                            figure.where ? "; where: " + figure.where->text() : ""));
  }
  const std::vector<Quantity> values = figure.metrics.empty() ? std::vector{figure.value} : figure.metrics;
  for (std::size_t metric = 0; metric < values.size(); ++metric) {
    for (const Group& facet : group(done, schema, listed(figure.facet_parameter))) {
      Panel panel{facet.key, metric, {}};
      for (const Group& curve : group(facet.trials, schema, listed(figure.curve_parameter)))
        panel.curves.push_back(
            {curve.key, points_of(figure, values[metric], curve.trials, *results.experiment)});
      data.panels.push_back(std::move(panel));
    }
  }
  if (figure.over) data.over = std::make_shared<const FigureData>(figure_data(*figure.over, results));
  return data;
}

std::string figure_csv(const Figure& figure, const Experiment& experiment, const FigureData& data) {
  const Schema& schema = experiment.parameters;
  const bool several = figure.metrics.size() > 1, trajectory = figure.plot == Plot::trajectory;
  std::vector<std::string> header;
  if (several) header.push_back("metric");
  if (figure.facet_parameter) header.push_back(schema[*figure.facet_parameter].name);
  if (figure.curve_parameter) header.push_back(schema[*figure.curve_parameter].name);
  if (!figure.x_parameter) header.push_back(metric_of(figure.value, experiment).index);
  if (trajectory) header.push_back(figure.x_series->metric);
  if (figure.x_parameter) header.push_back(schema[*figure.x_parameter].name);
  header.push_back(several ? "value" : figure.value.metric);
  header.insert(header.end(), {"low", "high", "seeds"});
  if (figure.theory) header.push_back(figure.theory->metric);
  for (const Contour& contour : figure.contours) header.push_back(contour.quantity.metric);
  if (figure.outline) header.push_back("outlined");

  std::string text = csv_row(header);
  for (const Panel& panel : data.panels) {
    for (const Curve& curve : panel.curves) {
      for (const Point& p : curve.points) {
        std::vector<std::string> row;
        if (several) row.push_back(figure.metrics[panel.metric].metric);
        for (const Value& value : panel.key) row.push_back(to_text(value));
        for (const Value& value : curve.key) row.push_back(to_text(value));
        if (trajectory) row.push_back(shortest(p.index));
        row.insert(row.end(), {to_text(p.x), shortest(p.mean), shortest(p.low), shortest(p.high),
                               std::to_string(p.seeds)});
        if (figure.theory) row.push_back(shortest(p.theory));
        for (const double value : p.contours) row.push_back(shortest(value));
        if (figure.outline) row.push_back(p.outlined ? "true" : "false");
        text += csv_row(row);
      }
    }
  }
  return text;
}

std::string figure_csv(const Figure& figure, const Results& results) {
  return figure_csv(figure, *results.experiment, figure_data(figure, results));
}

}  // namespace qklab
