// The numbers of a trial that tests look at.
#pragma once

#include <vector>

#include "core/results/selection.hpp"

namespace qklab {

// Every number that a trial has for a metric: one, whose index is NaN, or those of a whole series.
struct Elements {
  std::vector<double> index, value;
};
Elements elements(const Quantity& quantity, const TrialRecord& trial);

// Of the one number a trial. NaN where any is.
double mean_number(const Quantity& quantity, const Trials& trials);

}  // namespace qklab
