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

// difference, ratio: the mean of the metric over the seed's trials.
// agreement: the norm of metric - theory over all positions and trials of the seed.
// monotone, slope: computed for trials that differ in `along` only, then averaged over the rest.
// `trials` are done ones. A value that can't be computed is NaN. Seeds are compared over the same points: one
// that lacks a trial, which failed or diverged for it alone, is left out.
SeedValues per_seed(const Claim& claim, const Trials& trials);

// agreement with `sampling`: the allowance frequency_error(positions, draws, confidence) that is added to
// the tolerance, the largest over seeds; 0 without `sampling`.
double sampling_allowance(const Claim& claim, const Trials& trials);

// bound: the element that is farthest out, over all trials.
struct Extreme {
  double value = 0;       // NaN where some elements are and none of the others violates the bound
  std::size_t count = 0;  // of elements
  std::size_t violations = 0;
  std::size_t undefined = 0;  // NaN
  std::string where;          // trial and index of the first violation, or else of the first NaN
};
Extreme worst_element(const Claim& claim, const Trials& trials);

}  // namespace qklab
