// Finds where two results of one trial differ.
#pragma once

#include <string>

#include "core/store/stored_trial.hpp"

namespace qklab {

// The first difference, for a message, or "" if there is none. Arrays are compared by name only. The trials
// may come from different stores, each given with the reader that has read it.
std::string difference(const StoredTrialReader& of_a, const StoredTrial& trial_a,
                       const StoredTrialReader& of_b, const StoredTrial& trial_b);

}  // namespace qklab
