// Search for the point with the lowest or highest mean of a metric: points are proposed in batches, each from what the
// batches before it have shown.
//
// The first point is that of the config itself: what `params` sets, and defaults. `random` draws the others from the
// space independently, so that all are known beforehand. `tpe` (Bergstra et al. 2011, NeurIPS) and `cmaes` (Hansen and
// Ostermeier 2001, Evolutionary Computation) ask Optuna; the room core/search does that, and what was proposed is kept
// with the results, from which everything else follows without Optuna.
#pragma once

#include <string>
#include <vector>

#include "core/strategies/strategy.hpp"

namespace qklab {

// A parameter's part of the space that is searched.
struct Dimension {
  enum class Kind { uniform, loguniform, values };

  Kind kind = Kind::values;
  std::string name;
  double low = 0, high = 1;         // uniform, loguniform: the ends, both included
  std::vector<std::string> values;  // values: as they are written
  Place place;
};

// `search: {metric: loss, goal: minimize, budget: 60, sampler: tpe, batch: 8, seed: 0, space: {lr: {loguniform: [1e-4,
// 0.1]}, layers: [1, 2, 4]}}`. The config then has no axes but the seeds, over which the metric's mean is taken. A point
// with a seed that failed, diverged or has no finite value is worse than all others.
struct Search : Strategy {
  void check(const Sweep& sweep, Diagnostics& diagnostics) const override;
  bool adds_points() const override { return true; }
  Sweep grow(const Sweep& sweep, const FinishedTrials& finished) const override;
  std::string outlook() const override;
  std::string account(const Sweep& sweep, const Results& results) const override;
  std::string why_whole() const override;

  bool asks_optuna() const { return sampler != "random"; }
  // What decides which points are proposed, but for the budget: proposals of another search are not taken over.
  std::string signature(const Sweep& sweep) const;

  std::string metric, goal = "minimize", sampler = "tpe";  // metric: a scalar
  std::uint64_t budget = 0;                                // points, with that of the config
  std::uint64_t batch = 8;                                 // points that are proposed at a time
  std::int64_t seed = 0;                                   // of the sampler
  std::vector<Dimension> space;
};

// The dimension's values of the parameter's type, which check() has found to be valid.
std::vector<Value> values_of(const Dimension& dimension, const Parameter& parameter);

// The sweep's points in order, that of the config first, and the mean of the metric over the seeds of each: nothing if
// some seed is unfinished, NaN if it was lost.
struct SearchedPoint {
  Parameters params;
  std::optional<double> value;
};
std::vector<SearchedPoint> searched_points(const Search& search, const Sweep& sweep, const Results& results);

// The sweep's search, null if it has none.
const Search* find_search(const Sweep& sweep);

}  // namespace qklab
