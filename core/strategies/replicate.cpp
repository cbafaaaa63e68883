#include "core/strategies/replicate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <unordered_map>
#include <vector>

#include "core/stats/intervals.hpp"
#include "core/strategies/grow.hpp"

namespace qklab {
namespace {

// A point's replicates so far.
struct Sample {
  std::vector<double> values;  // that are finite, in the order of seeds
  std::uint64_t replicates = 0;
  bool finished = true;
};

// In the order of points, so that nothing depends on how a table of hashes is laid out.
std::vector<std::pair<std::uint64_t, Sample>> samples_of(const Sweep& sweep, const Results& results) {
  const std::size_t slot = scalar_slot(sweep.experiment(), sweep.replication()->metric);
  std::unordered_map<std::uint64_t, double> known;  // NaN: no value for the mean
  for (const TrialRecord& trial : results.trials) {
    const bool counts = trial.status == Status::done && std::isfinite(trial.scalars[slot]);
    known[trial.id] = counts ? trial.scalars[slot] : std::numeric_limits<double>::quiet_NaN();
  }
  std::vector<std::pair<std::uint64_t, Sample>> samples;
  sweep.for_each_replicate([&](std::uint64_t point, const TrialSpec& trial) {
    if (samples.empty() || samples.back().first != point) {
      samples.emplace_back(point, Sample{});
      samples.back().second.replicates = sweep.replicates_of(point);
    }
    Sample& sample = samples.back().second;
    const auto found = known.find(trial.id);
    if (found == known.end())
      sample.finished = false;
    else if (!std::isnan(found->second))
      sample.values.push_back(found->second);
  });
  return samples;
}

// Half-widths of intervals; a quantile of Student's t is found by bisection, so each is kept.
class HalfWidths {
 public:
  // NaN with fewer than two values.
  double operator()(const std::vector<double>& values) {
    const Estimate estimate = estimate_mean(values);
    if (values.size() < 2) return std::numeric_limits<double>::quiet_NaN();
    auto [quantile, is_new] = quantiles_.try_emplace(values.size());
    if (is_new) quantile->second = student_quantile(0.975, estimate.dof);
    return quantile->second * estimate.standard_error;
  }

 private:
  std::map<std::size_t, double> quantiles_;  // by number of values
};

// How many replicates the point is to have: more than it has, unless it has settled or cannot.
std::uint64_t wanted(const Replication& until, const Sample& sample, double half_width) {
  const std::uint64_t n = sample.replicates;
  if (!(half_width > until.ci) || n >= until.max) return n;
  const double root = half_width / until.ci;
  const auto has = static_cast<double>(n);
  const double needed = std::clamp(std::ceil(has * root * root), has + 1, 2 * has);
  return std::min(until.max, static_cast<std::uint64_t>(needed));
}

}  // namespace

Sweep replicate(const Sweep& sweep, const FinishedTrials& finished) {
  if (!sweep.replication()) return sweep;
  HalfWidths half_width;
  Replicates replicates;
  Sweep current = sweep.with_replicates({});
  for (bool grown = true; grown;) {
    grown = false;
    for (const auto& [point, sample] : samples_of(current, finished(current))) {
      if (!sample.finished) continue;
      const std::uint64_t more = wanted(*sweep.replication(), sample, half_width(sample.values));
      if (more == sample.replicates) continue;
      replicates[point] = more;
      grown = true;
    }
    if (grown) current = sweep.with_replicates(replicates);
  }
  return current;
}

Replicated replicated(const Sweep& sweep, const Results& results) {
  HalfWidths half_width;
  Replicated all;
  all.fewest = std::numeric_limits<std::uint64_t>::max();
  for (const auto& [point, sample] : samples_of(sweep, results)) {
    ++all.points;
    all.fewest = std::min(all.fewest, sample.replicates);
    all.most = std::max(all.most, sample.replicates);
    const double half = half_width(sample.values);
    if (!sample.finished)
      ++all.unfinished;
    else if (half <= sweep.replication()->ci)
      ++all.settled;
    else
      ++(sample.values.size() < 2 ? all.without : all.wide);
  }
  return all;
}

std::string Replicated::str() const {
  std::string text =
      fmt::format("{} points with {} replicates; {} settled", points,
                  fewest == most ? std::to_string(most) : fmt::format("{} to {}", fewest, most), settled);
  if (wide > 0) text += fmt::format(", {} still wide at the maximum", wide);
  if (without > 0) text += fmt::format(", {} without two values", without);
  if (unfinished > 0) text += fmt::format(", {} under way", unfinished);
  return text;
}

}  // namespace qklab
