#include "core/report/figure_data.hpp"

#include <fmt/format.h>

#include <map>

#include "core/measure/intervals.hpp"

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
    throw Error(fmt::format(
        "figure '{}': its points would average over {} ({}{}); make it x, color or facet, or fix it in "
        "where (\"{} == ...\")",
        figure.name, schema[i].name, listing, values.size() > 5 ? ", ..." : "", schema[i].name));
  }
}

Point point(Value x, const std::vector<double>& measured, const std::vector<double>& theory) {
  const Estimate estimate = estimate_mean(measured);
  const Interval i = interval(estimate, 0.95);
  return {std::move(x), estimate.value, i.low, i.high, mean(theory), measured.size()};
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

// A curve along a parameter.
std::vector<Point> parameter_points(const Figure& figure, const Trials& trials, const Schema& schema) {
  std::vector<Point> points;
  for (const Group& at : group(trials, schema, {*figure.x_parameter})) {
    check_equal_but_seed(figure, at.trials, schema);
    std::vector<double> measured, theory;
    for (const TrialRecord* trial : at.trials) {
      measured.push_back(number_of(figure.value, *trial));
      if (figure.theory) theory.push_back(number_of(*figure.theory, *trial));
    }
    points.push_back(point(at.key[0], measured, theory));
  }
  return points;
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + '"';
}

std::string csv_field(const Value& value) { return csv_field(to_text(value)); }

}  // namespace

FigureData figure_data(const Figure& figure, const Results& results) {
  const Schema& schema = results.experiment->parameters;
  FigureData data;
  Trials done;
  for (const TrialRecord* trial : select(results, figure.where)) {
    data.failed += trial->status == Status::failed;
    data.diverged += trial->status == Status::diverged;
    if (trial->status == Status::done) done.push_back(trial);
  }
  if (done.empty()) {
    throw Error(fmt::format("figure '{}': no trial to draw ({} failed, {} diverged{})", figure.name,
                            data.failed, data.diverged,
                            figure.where ? "; where: " + figure.where->text() : ""));
  }
  for (const Group& facet : group(done, schema, listed(figure.facet_parameter))) {
    Panel panel{facet.key, {}};
    for (const Group& curve : group(facet.trials, schema, listed(figure.curve_parameter))) {
      if (!figure.x_parameter) check_equal_but_seed(figure, curve.trials, schema);
      panel.curves.push_back({curve.key, figure.x_parameter ? parameter_points(figure, curve.trials, schema)
                                                            : series_points(figure, curve.trials)});
    }
    data.panels.push_back(std::move(panel));
  }
  return data;
}

std::string figure_csv(const Figure& figure, const Experiment& experiment, const FigureData& data) {
  const Schema& schema = experiment.parameters;
  const auto name = [&](std::size_t parameter) { return csv_field(schema[parameter].name); };
  std::string text;
  if (figure.facet_parameter) text += name(*figure.facet_parameter) + ',';
  if (figure.curve_parameter) text += name(*figure.curve_parameter) + ',';
  text +=
      figure.x_parameter ? name(*figure.x_parameter) : csv_field(metric_of(figure.value, experiment).index);
  text += fmt::format(",{},low,high,seeds", csv_field(figure.value.metric));
  if (figure.theory) text += ',' + csv_field(figure.theory->metric);
  text += '\n';
  for (const Panel& panel : data.panels) {
    for (const Curve& curve : panel.curves) {
      for (const Point& p : curve.points) {
        for (const Value& value : panel.key) text += csv_field(value) + ',';
        for (const Value& value : curve.key) text += csv_field(value) + ',';
        text += fmt::format("{},{},{},{},{}", csv_field(p.x), shortest(p.mean), shortest(p.low),
                            shortest(p.high), p.seeds);
        if (figure.theory) text += ',' + shortest(p.theory);
        text += '\n';
      }
    }
  }
  return text;
}

std::string figure_csv(const Figure& figure, const Results& results) {
  return figure_csv(figure, *results.experiment, figure_data(figure, results));
}

}  // namespace qklab
