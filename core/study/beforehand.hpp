// What can be told of a run before it begins: nothing has been written when one of these throws.
#pragma once

#include <string>
#include <vector>

#include "core/directory/loaded.hpp"
#include "core/study/run.hpp"

namespace qklab {

// Throws InputError for a sweep of over 10^7 trials unless `large_is_meant`, for one with a point out of
// range, and for one that grows as it runs where it is to be `sharded`.
void refuse_accidents(const Config& config, bool large_is_meant, bool sharded);

// Throws InputError for figures that could not be drawn whatever the trials find. Returns remarks on those
// that no trial of the sweep is for.
std::vector<std::string> refuse_figures(const Loaded& loaded);

// All that `qklab run` checks. Throws InputError; returns remarks, a line each.
std::vector<std::string> look_ahead(const Loaded& loaded, const RunRequest& request);

// results/<name>, or results/<name>-<preset> for a preset other than fast.
std::string default_directory(const Config& config);

}  // namespace qklab
