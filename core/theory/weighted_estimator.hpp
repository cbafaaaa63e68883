// In-context linear regression from examples of several tasks: risks of the weighted one-step estimator and
// of the Bayes estimator.
//
// Prompt: n examples x_i ~ N(0, I_d), y_i = b_i . x_i + noise; query x, y = b . x + noise. Each b_i is N(0,
// I/d), and they are correlated: E b_i . b_j = R_ij, E b_i . b = r_i (R_ii = 1; equal for examples of one
// task). The weighted preconditioned one-step gradient estimator is  f = x . P sum_i w_i y_i x_i  (Li et al.
// 2025, Gating is Weighting, arXiv 2504.04308, definition of WPGD). For this isotropic data P = I is optimal
// up to scale, and
//     E (y - f)^2 = 1 + s^2 - 2 r.w + w^T M w,    M = R + (d + 1 + d s^2) I,
// since E y_i y_j x_i.x_j = R_ij for i != j and d + 2 + d s^2 for i = j. So w* = M^-1 r, with risk 1 + s^2 -
// r^T M^-1 r (the paper's theorem on the unique minimum, up to scale).
#pragma once

#include <cstddef>

#include "core/base/array.hpp"

namespace qklab {

struct PromptPrior {
  Matrix among;  // R (n, n)
  Vector query;  // r (n)
  std::size_t dim = 1;
  double noise = 0;  // standard deviation s
};

// `tasks` blocks of `examples` each. The correlation of task k with the query's task is query[k], and two
// tasks are independent given the query's: R = query_k query_l between tasks.
PromptPrior task_blocks(const Vector& query, std::size_t examples, std::size_t dim, double noise);

double weighted_risk(const PromptPrior& prior, const Vector& weights);
Vector optimal_weights(const PromptPrior& prior);
// The best equal weights: the best that attention without gates can do.
Vector uniform_weights(const PromptPrior& prior);
// The best weights that never decrease along the prompt and are not negative: the best that a product of
// gates in (0, 1) can do.
Vector rising_weights(const PromptPrior& prior);

// E[y | prompt] for x (n, d), y (n) and a query x: y is Gaussian given all x, with covariance
// R_ij x_i.x_j / d + s^2 delta_ij between examples and r_i x_i.x / d with the query.
double bayes_prediction(const PromptPrior& prior, const Matrix& x, const Vector& y, const Vector& query);

}  // namespace qklab
