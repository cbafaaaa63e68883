// The best over parameters: of trials that differ in them (as in learning rates), only those with the values that did
// best. Each group of trials that are equal in all other parameters but the seed has its own best values.
#pragma once

#include <optional>
#include <vector>

#include "core/results/selection.hpp"

namespace qklab {

struct Best {
  std::vector<std::size_t> over;  // parameters, of which the best values are looked for together
  Quantity by;                    // one number a trial, of which the mean over seeds is compared
  bool largest = false;           // is best; otherwise the least
};

// `key` is a map {over, by, at, goal: min|max}; none where the key is absent, or wrong, which is told.
std::optional<Best> read_best(MapReader& map, std::string_view key, const Experiment& experiment);

// The trials, whatever their status, with the best values of their group, in their order. Values of which no trial is
// done, or the mean is not finite, are never best; values of which a trial failed, diverged or was pruned, only where all are
// such: what got stuck for one seed is no good setting because others did well. Groups without a best value stay as they
// are. Of values that are equally good the first in the order of the parameters wins.
Trials best_of(const Best& best, const Trials& trials, const Schema& schema);

}  // namespace qklab
