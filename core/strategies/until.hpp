// Sampling until settled: a sweep whose points get replicates (seeds) until a metric's mean is known well
// enough.
//
// A point begins with `min` replicates. While the half-width of the 95 % interval of the metric's mean
// (Student's t over the point's replicates) is above `ci`, it gets more: as many as that width tells, since
// it falls with the root of their number, at least one and at most as many again. It ends at `max`.
#pragma once

#include "core/strategies/strategy.hpp"

namespace qklab {

// `seeds: {until: {metric: loss, ci: 0.01, max: 64, min: 4}}`. Trials that failed, diverged or have no finite
// value count as replicates, but not for the mean; a point with fewer than two values gets no more. Any shard
// that has the whole point ends with the same.
struct Until : Strategy {
  void check(const Sweep& sweep, Diagnostics& diagnostics) const override;
  bool adds_replicates() const override { return true; }
  Sweep grow(const Sweep& sweep, const FinishedTrials& finished) const override;
  std::optional<std::pair<std::uint64_t, std::uint64_t>> replicates() const override {
    return std::pair{min, max};
  }
  std::string outlook() const override;
  std::string account(const Sweep& sweep, const Results& results) const override;
  std::string why_unknown() const override;

  std::string metric;              // a scalar
  double ci = 0;                   // the widest half-width of the 95 % interval of its mean that will do
  std::uint64_t min = 4, max = 0;  // replicates of a point; 2 <= min <= max
};

// What has become of the points of a sweep that `until` has grown.
struct Replicated {
  std::uint64_t points = 0;
  std::uint64_t fewest = 0, most = 0;  // replicates of a point
  std::uint64_t settled = 0;           // the interval is as narrow as was asked for
  std::uint64_t wide = 0;              // it is not, with `max` replicates
  std::uint64_t without = 0;           // fewer than two values
  std::uint64_t unfinished = 0;

  std::string str() const;  // "12 points with 4 to 64 replicates; 10 settled, 2 still wide at the maximum"
};
Replicated replicated(const Until& until, const Sweep& sweep, const Results& results);

}  // namespace qklab
