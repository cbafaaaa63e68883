// How one list of numbers goes with another.
#pragma once

#include <span>

namespace qklab {

bool all_finite(std::span<const double> x);

// Spearman's rank correlation, ties at their mean rank; 0 where either side is constant, as then no order
// is shown. NaN with fewer than 3 different x, or any value that is not finite. x and y of equal length.
double rank_correlation(std::span<const double> x, std::span<const double> y);

// Slope of the least-squares line of y on x; NaN with fewer than 2 different x, or non-finite values.
double least_squares_slope(std::span<const double> x, std::span<const double> y);

}  // namespace qklab
