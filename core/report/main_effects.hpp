// How much of a scalar's variation each parameter accounts for by itself.
#pragma once

#include <string>
#include <vector>

#include "core/results/results.hpp"

namespace qklab {

struct MainEffect {
  std::size_t parameter = 0;  // place in the schema
  std::size_t levels = 0;     // values, or groups of values
  bool binned = false;        // values were put into groups
  // Eta squared (Fisher 1925; Cohen 1973): the sum of squares between levels over the total. 0 where the
  // scalar is constant.
  double share = 0;
  double chance = 0;  // what a parameter without effect has on average: (levels - 1) / (trials - 1)
};

inline constexpr std::size_t most_levels = 20;     // numbers of more values are put into `groups_of_many`
inline constexpr std::size_t groups_of_many = 10;  // groups with equally many trials

// Of the scalar in `slot`, for each parameter that varies among trials that are done and where it is finite,
// largest share first.
std::vector<MainEffect> main_effects(const Results& results, std::size_t slot);

// Of whether a trial is left without a result: it failed, diverged or was pruned. Of all trials.
std::vector<MainEffect> effects_on_loss(const Results& results);

}  // namespace qklab
