// Turns the seeds of one or two sides of a claim into an estimate.
#pragma once

#include <vector>

#include "core/stats/intervals.hpp"

namespace qklab {

// One number per seed for each side; `b` is empty where there is one side only.
struct Comparison {
  std::vector<double> a, b;
  bool paired = false;  // equal seeds on both sides, in the same order
  bool ratio = false;   // the log of the ratio of means, instead of the difference of means
};

// Uses Student's t on the seeds (paired or Welch), with the delta method on the log scale for a ratio; or the
// bootstrap over seeds, which draws pairs if `paired`. A ratio is NaN unless both means are positive.
Estimate estimate_of(const Comparison& comparison, bool bootstrap, const Stream& stream);

}  // namespace qklab
