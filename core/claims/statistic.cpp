#include "core/claims/statistic.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/base/nan.hpp"
#include "core/stats/correlation.hpp"
#include "core/stats/intervals.hpp"

namespace qklab {
namespace {

// Every number that a trial has for the metric: one, or those of a whole series.
struct Elements {
  std::vector<double> index, value;
};
Elements elements(const Quantity& quantity, const TrialRecord& trial) {
  if (!quantity.whole_series()) return {{nan}, {number_of(quantity, trial)}};
  const Series& series = series_of(quantity, trial);
  return {series.index, series.value};
}

double mean_number(const Claim& claim, const Trials& trials) {
  std::vector<double> numbers;
  for (const TrialRecord* trial : trials) numbers.push_back(number_of(claim.metric, *trial));
  return mean(numbers);
}

// Absolute deviations of one trial; NaN for each that lacks its counterpart.
std::vector<double> deviations(const Claim& claim, const TrialRecord& trial) {
  const Elements measured = elements(claim.metric, trial);
  std::vector<double> result;
  if (measured.value.empty()) return {nan};
  if (claim.reference) {
    for (const double v : measured.value) result.push_back(std::abs(v - *claim.reference));
    return result;
  }
  const Elements theory = elements(*claim.theory, trial);
  if (theory.value.size() != measured.value.size()) return {nan};
  for (std::size_t i = 0; i < measured.value.size(); ++i) {
    const bool same_place = !claim.metric.whole_series() || measured.index[i] == theory.index[i];
    result.push_back(same_place ? std::abs(measured.value[i] - theory.value[i]) : nan);
  }
  return result;
}

double norm_of_deviations(const Claim& claim, const Trials& trials) {
  std::vector<double> all;
  for (const TrialRecord* trial : trials) {
    const std::vector<double> some = deviations(claim, *trial);
    all.insert(all.end(), some.begin(), some.end());
  }
  if (!all_finite(all)) return nan;
  if (claim.norm == Norm::max) return *std::max_element(all.begin(), all.end());
  if (claim.norm == Norm::mean) return mean(all);
  return std::sqrt(std::inner_product(all.begin(), all.end(), all.begin(), 0.0) /
                   static_cast<double>(all.size()));
}

// The points that one correlation or slope is taken of.
struct Points {
  std::vector<double> x, y;
};

// One set of points for each trial (along its index) or for each set of trials that differ in `along` only.
std::vector<Points> point_sets(const Claim& claim, const Trials& trials) {
  std::vector<Points> sets;
  if (!claim.along) {
    for (const TrialRecord* trial : trials) {
      Elements e = elements(claim.metric, *trial);
      sets.push_back({std::move(e.index), std::move(e.value)});
    }
    return sets;
  }
  const Schema& schema = claim.experiment->parameters;
  // Defaults derived from `along` move with it, and must not tear its trials apart.
  const auto follows = [&](std::size_t i) {
    return schema[i].derive && std::all_of(trials.begin(), trials.end(), [&](const TrialRecord* trial) {
             return trial->params[i] == schema[i].derive(trial->params);
           });
  };
  std::vector<std::size_t> others;
  for (std::size_t i = 0; i < schema.size(); ++i) {
    if (i != *claim.along && !follows(i)) others.push_back(i);
  }
  for (const Group& set : group(trials, schema, others)) {
    Points points;
    for (const TrialRecord* trial : set.trials) {
      points.x.push_back(trial->params.real(schema[*claim.along].name));
      points.y.push_back(number_of(claim.metric, *trial));
    }
    sets.push_back(std::move(points));
  }
  return sets;
}

double monotone_value(const Claim& claim, const Trials& trials) {
  std::vector<double> values;
  for (const Points& p : point_sets(claim, trials)) values.push_back(rank_correlation(p.x, p.y));
  return claim.direction == Direction::increasing ? mean(values) : -mean(values);
}

// log r(l+1) against log r(l), of consecutive elements.
Points lagged(const Points& p) {
  if (p.y.size() < 2) return {};
  return {{p.y.begin(), p.y.end() - 1}, {p.y.begin() + 1, p.y.end()}};
}

double log_log_slope(const Claim& claim, const Points& points) {
  if (!all_finite(points.y)) return nan;
  const Points p = claim.lagged ? lagged(points) : points;
  const double x_floor = claim.lagged ? claim.floor : 0;
  Points logs;
  for (std::size_t i = 0; i < p.x.size(); ++i) {
    if (!(p.y[i] > claim.floor && p.x[i] > x_floor)) continue;
    logs.x.push_back(std::log(p.x[i]));
    logs.y.push_back(std::log(p.y[i]));
  }
  return least_squares_slope(logs.x, logs.y);
}

double slope_value(const Claim& claim, const Trials& trials) {
  std::vector<double> values;
  for (const Points& p : point_sets(claim, trials)) values.push_back(log_log_slope(claim, p));
  return mean(values);
}

double value_of(const Claim& claim, const Trials& trials) {
  switch (claim.test) {
    case Test::agreement:
      return norm_of_deviations(claim, trials);
    case Test::monotone:
      return monotone_value(claim, trials);
    case Test::slope:
      return slope_value(claim, trials);
    default:
      return mean_number(claim, trials);
  }
}

// How many points there are that differ in more than the seed.
std::size_t count_points(const Trials& trials, const Schema& schema) {
  const std::size_t seed = seed_of(schema);
  std::vector<std::size_t> varied;  // the others need no comparing
  for (std::size_t i = 0; i < schema.size(); ++i) {
    const auto differs = [&](const TrialRecord* t) { return t->params[i] != trials.front()->params[i]; };
    if (i != seed && std::any_of(trials.begin(), trials.end(), differs)) varied.push_back(i);
  }
  return group(trials, schema, varied).size();
}

// What a NaN of this claim can come from.
std::string why_nan(const Claim& claim, const Trials& trials) {
  for (const TrialRecord* trial : trials) {
    const Elements e = elements(claim.metric, *trial);
    const std::string name = trial_name(trial->id);
    if (e.value.empty()) return fmt::format("trial {} has no {}", name, claim.metric.metric);
    if (!all_finite(e.value)) return fmt::format("{} of trial {} is not finite", claim.metric.metric, name);
  }
  if (claim.test == Test::agreement)
    return fmt::format("{} and its theory do not match", claim.metric.metric);
  if (claim.test == Test::monotone) return "fewer than 3 points to rank";
  return fmt::format("fewer than 2 points above {} for a slope", claim.floor);
}

}  // namespace

SeedValues per_seed(const Claim& claim, const Trials& trials) {
  const Schema& schema = claim.experiment->parameters;
  const std::size_t complete = count_points(trials, schema);
  SeedValues result;
  for (const Group& seed : group(trials, schema, {seed_of(schema)})) {
    if (seed.trials.size() < complete) {
      ++result.incomplete;
      continue;
    }
    const double value = value_of(claim, seed.trials);
    if (!std::isfinite(value) && result.note.empty()) result.note = why_nan(claim, seed.trials);
    result.seeds.push_back(seed.key[0]);
    result.values.push_back(std::isfinite(value) ? value : nan);
  }
  return result;
}

double sampling_allowance(const Claim& claim, const Trials& trials) {
  if (!claim.sampling) return 0;
  const Schema& schema = claim.experiment->parameters;
  double largest = 0;
  for (const Group& seed : group(trials, schema, {seed_of(schema)})) {
    double positions = 0, draws = std::numeric_limits<double>::infinity();
    for (const TrialRecord* trial : seed.trials) {
      positions += static_cast<double>(elements(claim.metric, *trial).value.size());
      draws = std::min(draws, trial->params.real(schema[*claim.sampling].name));
    }
    largest = std::max(largest, frequency_error(positions, draws, claim.confidence));
  }
  return largest;
}

Extreme worst_element(const Claim& claim, const Trials& trials) {
  Extreme worst;
  std::string undefined_where;
  const auto excess = [&](double v) { return std::max(claim.at_least - v, v - claim.at_most); };
  for (const TrialRecord* trial : trials) {
    const Elements e = elements(claim.metric, *trial);
    for (std::size_t i = 0; i < e.value.size(); ++i) {
      const double v = e.value[i];
      if (!std::isnan(v) && (!(worst.count > worst.undefined) || excess(v) > excess(worst.value)))
        worst.value = v;
      ++worst.count;
      if (v >= claim.at_least - claim.tolerance && v <= claim.at_most + claim.tolerance) continue;
      std::string& where = std::isnan(v) ? undefined_where : worst.where;
      if ((std::isnan(v) ? worst.undefined : worst.violations)++ > 0) continue;
      const std::string place =
          claim.metric.whole_series()
              ? fmt::format(" at {} {}", metric_of(claim.metric, *claim.experiment).index,
                            shortest(e.index[i]))
              : "";
      where =
          fmt::format("trial {} ({}){}: {}", trial_name(trial->id), trial->params.str(), place, shortest(v));
    }
  }
  if (worst.violations == 0 && worst.undefined > 0) {
    worst.value = nan;
    worst.where = undefined_where;
  }
  return worst;
}

}  // namespace qklab
