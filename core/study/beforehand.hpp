// Checks before a run begins: nothing has been written when one of these throws.
#pragma once

#include <string>
#include <vector>

#include "core/directory/loaded.hpp"
#include "core/study/run.hpp"

namespace qklab {

// Throws InputError for a sweep of more than 10^7 trials unless `large_is_meant`, for one with a point out of
// range, and for one that grows as it runs if it is to be `sharded`.
void refuse_accidents(const Config& config, bool large_is_meant, bool sharded);

// Throws InputError for figures that cannot be drawn whatever the results are. Returns remarks on figures for
// which the sweep has no trials.
std::vector<std::string> refuse_figures(const Loaded& loaded);

// Makes all checks of `qklab run`. Throws InputError; returns remarks, one line each.
std::vector<std::string> look_ahead(const Loaded& loaded, const RunRequest& request);

// A remark on claims that the sweep's seeds are too few to decide, whatever their results are; "" where there are none, or the
// number of seeds is not known beforehand.
std::string too_few_seeds(const Loaded& loaded);

// results/<name>, or results/<name>-<preset> for any preset but fast.
std::string default_directory(const Config& config);

}  // namespace qklab
