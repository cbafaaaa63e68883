// From the seeds of one or two sides of a claim to an estimate.
#pragma once

#include <vector>

#include "core/stats/intervals.hpp"

namespace qklab {

// One number a seed for each side; `b` is empty where there is one side only.
struct Comparison {
  std::vector<double> a, b;
  bool paired = false;  // equal seeds on both sides, in the same order
  bool ratio = false;   // the log of the ratio of means, instead of the difference of means
};

// By Student's t on the seeds (paired or Welch), a ratio by the delta method on the log scale; or by the
// bootstrap over seeds, which draws pairs where paired. A ratio is NaN where the means are not both positive.
Estimate estimate_of(const Comparison& comparison, bool bootstrap, const Stream& stream);

}  // namespace qklab
