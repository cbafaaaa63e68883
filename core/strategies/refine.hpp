// Adaptive refinement: a sweep gets additional points, generation by generation, where a metric crosses a
// threshold.
//
// The grid is cut into cells between neighbouring values of its one or two axes. A cell is crossed if the
// metric (mean over seeds) is below the threshold at one corner and not below it at another. Each generation
// halves the crossed cells of the previous one along every axis, those with the largest step of the metric
// first, until the budget is spent. An axis with evenly spaced logarithms is halved at the geometric mean.
#pragma once

#include "core/strategies/strategy.hpp"

namespace qklab {

// `sweep: {..., refine: {metric: f, threshold: 0.5, budget: 100}}`. A cell is not crossed if a trial at one
// of its corners failed, diverged or is excluded by `where`. The sweep must vary the seed and one or two real
// parameters, each on a separate axis.
struct Refine : Strategy {
  void check(const Sweep& sweep, Diagnostics& diagnostics) const override;
  bool adds_points() const override { return true; }
  Sweep grow(const Sweep& sweep, const FinishedTrials& finished) const override;
  std::string outlook() const override;
  std::string why_whole() const override;

  std::string metric;  // a scalar
  double threshold = 0;
  std::uint64_t budget = 0;  // the largest number of trials beyond the grid
};

}  // namespace qklab
