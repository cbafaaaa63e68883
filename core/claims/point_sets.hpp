// What tests of trends look at: a metric along a parameter, or along the index of its series.
#pragma once

#include <optional>
#include <vector>

#include "core/claims/claim_reader.hpp"

namespace qklab {

// The parameter that the key `along` names, for a metric of one number a trial; none where it names the index
// of a whole series.
std::optional<std::size_t> read_along(ClaimReader& reader);

// The points that one correlation or slope is taken of.
struct Points {
  std::vector<double> x, y;
};
// One set of points for each trial (along its index) or for each set of trials that differ in `along` only.
std::vector<Points> point_sets(const Claim& claim, const std::optional<std::size_t>& along,
                               const Trials& trials);

}  // namespace qklab
