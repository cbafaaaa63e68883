// How two lists of numbers are related, and how unequal those of one are.
#pragma once

#include <span>
#include <vector>

namespace qklab {

bool all_finite(std::span<const double> x);

// Spearman's rank correlation; ties get their mean rank. It is 0 where either side is constant, since no
// order is visible then, and NaN with fewer than 3 different x or any non-finite value. x and y have equal
// length.
double rank_correlation(std::span<const double> x, std::span<const double> y);

// Slope of the least-squares line of y on x; NaN with fewer than 2 different x, or non-finite values.
double least_squares_slope(std::span<const double> x, std::span<const double> y);

// Gini's coefficient: 0 where all are equal; near 1 where one of many has all. At least one, and none negative.
double gini(std::vector<double> x);

}  // namespace qklab
