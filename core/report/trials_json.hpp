// The trials of a report as JSON: a column for each parameter and scalar, what was lost and why, and curves.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "core/results/results.hpp"

namespace qklab {

// count, ids (16 digits each), status, parameters, scalars, of the first `most` trials. A column of a parameter has
// its different values, and a code for each trial where there is more than one.
nlohmann::ordered_json trials_json(const Results& results, std::size_t most);

// Trials that failed, diverged or were pruned, by status and message, the most frequent first: {status, message,
// count, trials (runs of places: [first, count, ...])}.
nlohmann::ordered_json lost_groups_json(const Results& results, std::size_t most);

// Of trials in their order, until there are `most` numbers: {names, indices, curves}. `curves` has a list for each
// trial: [series, index, values, ...], where `index` is a place in `indices`, since most trials share theirs.
nlohmann::ordered_json series_json(const Results& results, std::size_t most);

}  // namespace qklab
