// What a claim measures: one number for each seed, from all trials of that seed in a slice.
#pragma once

#include <string>
#include <vector>

#include "core/claims/claim.hpp"

namespace qklab {

struct SeedValues {
  std::vector<Value> seeds;  // ascending
  std::vector<double> values;
  std::string note;            // why the first of the values is NaN, where one is
  std::size_t incomplete = 0;  // seeds left out, since they lack a point that another seed has
};

// By the claim's test, of done trials. A value that can't be computed is NaN. Seeds are compared over the
// same points: one that lacks a trial, which failed or diverged for it alone, is left out.
SeedValues per_seed(const Claim& claim, const Trials& trials);

}  // namespace qklab
