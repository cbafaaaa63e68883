// What a claim measures: one number for each seed, from all trials of that seed in a slice.
#pragma once

#include <string>
#include <vector>

#include "core/claims/claim.hpp"
#include "core/claims/slices.hpp"

namespace qklab {

struct SeedValues {
  std::vector<Value> seeds;       // ascending
  std::vector<double> values;     // NaN for one that cannot be computed
  std::string note;               // why the first of the values is NaN, where one is
  std::size_t lost = 0;           // seeds that count against the claim, since a trial failed or diverged
  std::size_t lost_left_out = 0;  // or that are left out for that reason, as the claim says
  std::size_t incomplete = 0;     // seeds left out, since a trial of theirs has not run or was pruned
  std::size_t unmatched = 0;      // seeds left out, since the other side lacks them
};

// By the claim's test: of one side, or the difference of both sides, seed by seed (of logs, where the test
// compares logs). Seeds are compared over the same points. A seed that counts against the claim is infinite,
// away from the claim's limits.
SeedValues per_seed(const Claim& claim, const Side& side, const Side& other);

}  // namespace qklab
