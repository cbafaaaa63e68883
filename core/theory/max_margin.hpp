// The direction of largest l_p margin: argmin |w|_p subject to A w >= 1, with a certificate.
//
// The dual is  max 1.l - (1/q) |A^T l|_q^q  over l >= 0, 1/p + 1/q = 1, and w_j = sign(y_j) |y_j|^(q-1) with
// y = A^T l. Any w with A w > 0 and any l >= 0 enclose the optimum (Hoelder):
//     1.l / |A^T l|_q  <=  min |w|_p  <=  |w|_p / min_i (A w)_i ,
// so the distance between the two sides proves how good a solution is, however it was found.
//
// The solver follows the central path of a logarithmic barrier by Newton's method: on the dual where p <= 2
// and on the primal where p > 2, since these have no poles. It is meant for up to a few hundred constraints,
// because each iteration solves a dense system of that size.
#pragma once

#include "core/base/array.hpp"

namespace qklab {

struct MaxMargin {
  Vector w;         // scaled so that min A w = 1
  Vector dual;      // l >= 0, up to a positive factor; > 0 marks the support vectors
  double norm = 0;  // |w|_p; the largest margin of a unit vector is its inverse
  double gap = 0;   // upper bound / lower bound on the optimal norm, minus 1: >= 0 up to rounding
};

// A (m, n), m >= 1; p > 1. Throws Error if A w >= 1 cannot be met (nothing separates), or if the gap does not
// come below `tolerance`.
MaxMargin max_margin(const Matrix& a, double p, double tolerance = 1e-8);

}  // namespace qklab
