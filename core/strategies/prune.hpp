// Successive halving (Jamieson and Talwalkar 2016, AISTATS): of a sweep's points only the best go on to more
// steps.
//
// All trials run until the first of `at` steps. Then the points (a point: all seeds of equal parameters) are
// ordered by the metric's mean over their seeds, of the last value that each has by that step, and the best
// share `keep` of them, rounded up, goes on to the next step, and so on to the end. A point with a seed that
// failed, diverged or has no finite value comes last; of equal ones the first in the sweep's order is better.
// Seeds of a point are kept or stopped together: to keep the best of them would make their mean look better
// than it is.
#pragma once

#include <vector>

#include "core/strategies/strategy.hpp"

namespace qklab {

// `prune: {metric: loss, keep: 0.5, at: [50, 100, 200], best: lowest}`, or `prune: none`, which switches off
// what a preset stands over. The experiment must be able to stop and go on, and the sweep must not grow as
// well.
struct Prune : Strategy {
  void check(const Sweep& sweep, Diagnostics& diagnostics) const override;
  std::optional<std::string> decides_by() const override { return metric; }
  Round next_round(const Sweep& sweep, const Results& results) const override;
  std::string outlook() const override;
  std::string why_whole() const override;

  std::string metric;             // a series along steps
  bool highest = false;           // is best, rather than the lowest
  double keep = 0;                // the share of points that goes on, 0 < keep < 1
  std::vector<std::uint64_t> at;  // the steps at which is decided, ascending
};

}  // namespace qklab
