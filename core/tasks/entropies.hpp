// Entropies, in nats, of what tasks ask for, where little is known of their inputs: see Task::baseline.
#pragma once

#include <cstddef>

#include "core/base/elementary.hpp"

namespace qklab::tasks {

// -p log p: what an outcome of this probability adds to an entropy. 0 for p = 0.
inline double surprise(double p) { return p > 0 ? -p * elementary::log(p) : 0; }

// Of a symbol in the sorted sequence, mean over positions, where `length` symbols are uniform and
// independent.
struct SortedEntropy {
  double position;    // the position is known
  double own_symbol;  // and the symbol that stands there before sorting
};
// Exact, from binomial counts: at most k of the symbols' values stand below place t if at least t symbols are
// of the k smallest values. length >= 1, vocabulary >= 1; takes about 2 length vocabulary steps.
SortedEntropy sorted_entropy(std::size_t length, std::size_t vocabulary);

// Of whether a point is a corner of the convex hull of `points` points that are uniform in a square.
struct CornerEntropy {
  double alone;      // nothing is known
  double own_point;  // where the point lies is known
};
// By Gauss-Legendre quadrature; of four points, `alone` is exact to 1e-11. points >= 3, takes about 0.1 s.
CornerEntropy corner_entropy(std::size_t points);

// The probability that a point of [0, 1]^2 is such a corner, with `others` uniform points beside it. 0 < x, y
// < 1.
double corner_probability(double x, double y, std::size_t others);

}  // namespace qklab::tasks
