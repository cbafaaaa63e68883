// Successive halving (Jamieson and Talwalkar 2016, AISTATS): only the best points of a sweep continue to more
// steps.
//
// All trials run until the first step in `at`. Then the points (a point: all seeds of equal parameters) are
// ordered by the mean over their seeds of the metric's last value up to that step. The best share `keep` of
// them, rounded up, continues to the next step in `at`, and so on to the end. A point with a seed that
// failed, diverged or has no finite value comes last; among equal points the first in the sweep's order is
// better. The seeds of a point are kept or stopped together: to keep only its best seeds would make its mean
// look better than it is.
#pragma once

#include <vector>

#include "core/strategies/strategy.hpp"

namespace qklab {

// `prune: {metric: loss, keep: 0.5, at: [50, 100, 200], best: lowest}`; `prune: none` in a preset switches it
// off. The experiment must be able to stop and continue trials, and the sweep must not grow as well.
struct Prune : Strategy {
  void check(const Sweep& sweep, Diagnostics& diagnostics) const override;
  std::optional<std::string> decides_by() const override { return metric; }
  Round next_round(const Sweep& sweep, const Results& results) const override;
  std::string outlook() const override;
  std::string why_whole() const override;

  std::string metric;             // a series whose index is the step
  bool highest = false;           // whether the highest value is best, instead of the lowest
  double keep = 0;                // the share of points that continues, 0 < keep < 1
  std::vector<std::uint64_t> at;  // the steps at which points are dropped, ascending
};

}  // namespace qklab
