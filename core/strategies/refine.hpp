// Adaptive refinement: a sweep that grows, generation by generation, where a metric crosses a threshold.
//
// The grid is cut into cells, between neighbouring values of its one or two axes. A cell is crossed where the
// metric (mean over seeds) is below the threshold at one corner and not below it at another. Each generation
// halves the crossed cells of the one before along every axis, those with the largest step first, until the
// budget is spent. An axis with evenly spaced logarithms is halved at the geometric mean.
#pragma once

#include "core/strategies/strategy.hpp"

namespace qklab {

// `sweep: {..., refine: {metric: f, threshold: 0.5, budget: 100}}`. A cell with a corner that failed,
// diverged or is left out by `where` is not crossed. The sweep must vary one or two real parameters, each on
// an axis of its own, and the seed.
struct Refine : Strategy {
  void check(const Sweep& sweep, Diagnostics& diagnostics) const override;
  bool adds_points() const override { return true; }
  Sweep grow(const Sweep& sweep, const FinishedTrials& finished) const override;
  std::string outlook() const override;
  std::string why_whole() const override;

  std::string metric;  // a scalar
  double threshold = 0;
  std::uint64_t budget = 0;  // trials beyond the grid, at most
};

}  // namespace qklab
