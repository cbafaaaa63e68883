#include "core/figures/figure_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/figures/labels.hpp"
#include "core/figures/lost.hpp"
#include "core/figures/plot_kind.hpp"
#include "core/stats/intervals.hpp"

namespace qklab {
namespace {

std::vector<std::size_t> listed(const std::optional<std::size_t>& parameter) {
  return parameter ? std::vector<std::size_t>{*parameter} : std::vector<std::size_t>{};
}

// a, b, ..., z, aa, ab, ...
std::string letter(std::size_t i) {
  std::string text(1, static_cast<char>('a' + i % 26));
  return i < 26 ? text : letter(i / 26 - 1) + text;
}

}  // namespace

void complete_grid(std::vector<Panel>& panels, const Figure& figure, const Experiment& experiment) {
  if (figure.facet_parameters.size() < 2) return;
  const std::vector<std::size_t>& parameters = figure.facet_parameters;
  const KeyLess less{&experiment.parameters, &parameters};
  std::vector<Key> rows, columns;
  for (const Panel& panel : panels) {
    rows.push_back({panel.key[0]});
    columns.push_back({panel.key[1]});
  }
  const auto distinct = [&](std::vector<Key>& keys, std::size_t place) {
    const std::vector<std::size_t> one = {parameters[place]};
    std::ranges::sort(keys, KeyLess{&experiment.parameters, &one});
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  };
  distinct(rows, 0);
  distinct(columns, 1);
  for (const Key& row : rows) {
    for (const Key& column : columns) {
      const Key key = {row[0], column[0]};
      const auto at = std::ranges::lower_bound(panels, key, less, &Panel::key);
      if (at == panels.end() || at->key != key) panels.insert(at, {key, "", "", {}});
    }
  }
}

std::size_t columns_of(const Figure& figure, const FigureData& data) {
  if (figure.facet_parameters.size() < 2) return figure.columns;
  std::set<std::string> rows;
  for (const Panel& panel : data.panels) rows.insert(to_text(panel.key[0]));
  return data.panels.size() / std::max<std::size_t>(1, rows.size());
}

void set_titles(std::vector<Panel>& panels, const Figure& figure, const Experiment& experiment) {
  const bool is_grid = figure.facet_parameters.size() > 1;
  for (std::size_t i = 0; i < figure.facet_parameters.size(); ++i) {
    std::vector<Value> values;
    for (const Panel& panel : panels) values.push_back(panel.key[i]);
    const ShortTexts texts(values, ShortTexts::Style::typeset);
    const std::string& name = experiment.parameters[figure.facet_parameters[i]].name;
    for (Panel& panel : panels)
      (is_grid && i == 0 ? panel.row : panel.title) = fmt::format("{} = {}", name, texts.of(panel.key[i]));
  }
}

void check_equal_but_seed(const Figure& figure, const Trials& trials, const Schema& schema) {
  const std::size_t seed = seed_of(schema);
  for (std::size_t i = 0; i < schema.size(); ++i) {
    const bool shown = i == figure.x_parameter || i == figure.curve_parameter ||
                       std::ranges::count(figure.facet_parameters, i) > 0;
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
  // Trials may end at different indices, and the few that go on longest are not like the others: the curve ends where
  // less than half of them are left.
  const auto is_of_half = [&](const auto& at) { return 2 * at.second.trials.size() >= trials.size(); };
  const auto last = std::find_if(by_index.rbegin(), by_index.rend(), is_of_half);
  if (last != by_index.rend()) by_index.erase(last.base(), by_index.end());
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
  for (const Group& facet : group(trials, schema, figure.facet_parameters)) {
    panels.push_back({facet.key, "", "", {}});
    for (const Group& curve : group(facet.trials, schema, listed(figure.curve_parameter)))
      panels.back().curves.push_back({curve.key, points(curve.trials)});
  }
  complete_grid(panels, figure, experiment);
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

Unshown unshown(const FigureData& data, bool log) {
  const auto is_infinite = [](const Value& value) {
    const double* const number = std::get_if<double>(&value);
    return number && std::isinf(*number);
  };
  Unshown found;
  for (const Panel& panel : data.panels) {
    for (const Curve& curve : panel.curves) {
      for (const Point& p : curve.points) {
        found.infinite += std::isinf(p.mean) || is_infinite(p.x);
        found.below_log += log && std::isfinite(p.mean) && p.mean <= 0;
      }
    }
  }
  return found;
}

std::string unshown_text(const Unshown& values) {
  const auto counted = [](std::size_t n, const char* what) {
    return fmt::format("{} {}value{}", n, what, n == 1 ? "" : "s");
  };
  std::string text = values.infinite ? counted(values.infinite, "infinite ") : "";
  if (values.below_log)
    text += fmt::format("{}{} of at most 0, not on a log axis", text.empty() ? "" : "; ",
                        counted(values.below_log, ""));
  return text;
}

FigureData figure_data(const Figure& figure, const Results& results) {
  FigureData data;
  Trials done, lost;
  Trials selected = select(results, figure.where);
  if (figure.best) selected = best_of(*figure.best, selected, results.experiment->parameters);
  for (const TrialRecord* trial : selected) {
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
  std::vector<const Parameters*> not_run;
  for (const Parameters& params : results.not_run)
    if (!figure.where || figure.where->holds(params)) not_run.push_back(&params);
  data.not_run = not_run.size();
  data.lost = lost_places(figure, lost, not_run, *results.experiment);
  add_lost_panels(figure, *results.experiment, data);
  for (std::size_t i = 0; figure.letters && i < data.panels.size(); ++i) {
    std::string& title = data.panels[i].title;
    title = fmt::format("({}){}{}", letter(i), title.empty() ? "" : " ", title);
  }
  return data;
}

}  // namespace qklab
