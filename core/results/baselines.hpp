// Trials that end no better than what needs nothing of what an experiment is about.
#pragma once

#include <string>
#include <vector>

#include "core/results/results.hpp"

namespace qklab {

// A sentence for each pair of scalars that the experiment declares in `baselines`, where a finished trial
// ended at or above its baseline: "12 of 36 trials ended with final_loss at or above baseline (no
// attention)". Counted are trials that have both numbers and could end lower.
std::vector<std::string> told_of_baselines(const Results& results);

}  // namespace qklab
