// The keys of a claim that depend on its test: thresholds, what is compared with what, along what.
#pragma once

#include "core/claims/claim.hpp"

namespace qklab {

// `claim` has its test and metric. Errors go to the map's diagnostics.
void read_test(MapReader& map, const Experiment& experiment, Claim& claim);

}  // namespace qklab
