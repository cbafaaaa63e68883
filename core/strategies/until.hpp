// Sampling until settled: points of a sweep get replicates (seeds) until the mean of a metric is known well
// enough.
//
// A point begins with `min` replicates. While the half-width of the 95 % interval of the metric's mean
// (Student's t over the point's replicates) is above `ci`, it gets more. Their number follows from that
// width, which falls with the root of the number of replicates: at least one is added, and at most as many as
// there are. `max` is the limit.
#pragma once

#include "core/strategies/strategy.hpp"

namespace qklab {

// `seeds: {until: {metric: loss, ci: 0.01, max: 64, min: 4}}`. Trials that failed, diverged or have no finite
// value count as replicates, but not for the mean; a point with fewer than two values gets no more. Every
// shard that holds a whole point ends with the same replicates of it.
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
  double ci = 0;                   // the largest accepted half-width of the mean's 95 % interval
  std::uint64_t min = 4, max = 0;  // replicates of a point; 2 <= min <= max
};

// The outcome for the points of a sweep with `until`.
struct Replicated {
  std::uint64_t points = 0;
  std::uint64_t fewest = 0, most = 0;  // replicates of a point
  std::uint64_t settled = 0;           // points whose interval is as narrow as requested
  std::uint64_t wide = 0;              // points whose interval is wider, with `max` replicates
  std::uint64_t without = 0;           // points with fewer than two values
  std::uint64_t unfinished = 0;

  std::string str() const;  // "12 points with 4 to 64 replicates; 10 settled, 2 still wide at the maximum"
};
Replicated replicated(const Until& until, const Sweep& sweep, const Results& results);

}  // namespace qklab
