#include "core/strategies/until.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "core/schema/plugin.hpp"
#include "core/stats/intervals.hpp"
#include "core/strategies/until_decided.hpp"

namespace qklab {
namespace {

// The replicates that a point has so far.
struct Sample {
  std::vector<double> values;  // finite ones, in the order of seeds
  std::uint64_t replicates = 0;
  bool finished = true;
};

// Returns samples in the order of points, so that nothing depends on the layout of a hash table.
std::vector<std::pair<std::uint64_t, Sample>> samples_of(const Until& until, const Sweep& sweep,
                                                         const Results& results) {
  const std::size_t slot = scalar_slot(sweep.experiment(), until.metric);
  std::unordered_map<std::uint64_t, double> known;  // by trial; NaN: no value for the mean
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

// Half-widths of intervals. Quantiles of Student's t are kept, since computing one is slow.
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

// The number of replicates that the point is to have. It is larger than what the point has, unless the point
// has settled or cannot get more.
std::uint64_t wanted(const Until& until, const Sample& sample, double half_width) {
  const std::uint64_t n = sample.replicates;
  if (!(half_width > until.ci) || n >= until.max) return n;
  const double root = half_width / until.ci;
  const auto has = static_cast<double>(n);
  const double needed = std::clamp(std::ceil(has * root * root), has + 1, 2 * has);
  return std::min(until.max, static_cast<std::uint64_t>(needed));
}

std::shared_ptr<Strategy> read_until(const YAML::Node& node, const YamlFile& file, Diagnostics& diagnostics) {
  MapReader map(node, file, diagnostics, "until");
  if (!node.IsMap()) return nullptr;  // the error was reported
  if (map.has("claims")) return read_until_decided(map);
  const auto until = std::make_shared<Until>();
  until->metric = map.required_text("metric");
  until->ci = map.required_real("ci");
  if (until->ci <= 0) {
    diagnostics.error(map.place("ci"),
                      "until: ci: expected the half-width of the interval at which to stop, above 0");
  }
  const auto limits = read_replicates(map, static_cast<std::int64_t>(until->min));
  map.finish();
  if (!(until->ci > 0) || !limits) return nullptr;  // NaN: the error was reported
  std::tie(until->min, until->max) = *limits;
  return until;
}

void add_until() {
  StrategyKinds::all().add(
      {"until", "gives points seeds until a metric's mean is known well enough, or until claims are decided",
       StrategyKind::Section::seeds, read_until});
}

}  // namespace

void Until::check(const Sweep& sweep, Diagnostics& diagnostics) const {
  check_scalar(sweep.experiment(), metric, "until", place, diagnostics);
}

Sweep Until::grow(const Sweep& sweep, const FinishedTrials& finished) const {
  HalfWidths half_width;
  Replicates replicates;
  Sweep current = sweep.with_replicates({});
  for (bool grown = true; grown;) {
    grown = false;
    for (const auto& [point, sample] : samples_of(*this, current, finished(current))) {
      if (!sample.finished) continue;
      const std::uint64_t more = wanted(*this, sample, half_width(sample.values));
      if (more == sample.replicates) continue;
      replicates[point] = more;
      grown = true;
    }
    if (grown) current = sweep.with_replicates(replicates);
  }
  return current;
}

std::string Until::outlook() const { return fmt::format(" ({} to {} replicates a point)", min, max); }

std::string Until::account(const Sweep& sweep, const Results& results) const {
  return replicated(*this, sweep, results).str();
}

std::string Until::why_unknown() const {
  return "until: how many trials a shard has is known only once it has run, which launch would have to know; "
         "submit "
         "`qklab run --shard I/N` and `qklab merge` yourself, or give a number of seeds";
}

Replicated replicated(const Until& until, const Sweep& sweep, const Results& results) {
  HalfWidths half_width;
  Replicated all;
  all.fewest = std::numeric_limits<std::uint64_t>::max();
  for (const auto& [point, sample] : samples_of(until, sweep, results)) {
    ++all.points;
    all.fewest = std::min(all.fewest, sample.replicates);
    all.most = std::max(all.most, sample.replicates);
    const double half = half_width(sample.values);
    if (!sample.finished)
      ++all.unfinished;
    else if (half <= until.ci)
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

QKLAB_REGISTER(add_until)

}  // namespace qklab
