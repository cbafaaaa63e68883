// Successive halving (Jamieson and Talwalkar 2016, AISTATS): of a sweep's points only the best go on to more
// steps.
//
// All trials run until the first of `at` steps. Then the points (a point: all seeds of equal parameters) are
// ordered by the metric's mean over their seeds, of the last value that each has by that step, and the best
// share `keep` of them, rounded up, goes on to the next step, and so on to the end. A point with a seed that
// failed, diverged or has no finite value comes last; of equal ones the first in the sweep's order is better.
// Seeds of a point are kept or stopped together: to keep the best of them would make their mean look better
// than it is.
//
// Who goes on follows from finished rounds alone, so that any number of threads and any interruption end with
// the same.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_set>

#include "core/base/error.hpp"
#include "core/results/results.hpp"
#include "core/sweep/sweep.hpp"

namespace qklab {

// Reports a metric that is no series of the experiment, an experiment that cannot stop and go on, and a sweep
// that grows as well.
void check_pruning(const Sweep& sweep, Diagnostics& diagnostics);

struct PruneRound {
  std::optional<std::uint64_t> stop_at;      // the step before which its trials stop; none: at their end
  std::unordered_set<std::uint64_t> trials;  // that have not got so far; empty: nothing is left to run
};

// `results`: what is finished or stopped of the sweep, with the metric's series and messages.
PruneRound next_round(const Sweep& sweep, const Results& results);

}  // namespace qklab
