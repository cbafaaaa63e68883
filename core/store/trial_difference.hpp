// What two results of one trial differ in.
#pragma once

#include <string>

#include "core/store/stored_trial.hpp"

namespace qklab {

// The first difference, for a message, or "" where there is none; arrays are told apart by their files' names
// alone. The trials may be of different stores, each with the reader that it was read by.
std::string difference(const StoredTrialReader& of_a, const StoredTrial& trial_a,
                       const StoredTrialReader& of_b, const StoredTrial& trial_b);

}  // namespace qklab
