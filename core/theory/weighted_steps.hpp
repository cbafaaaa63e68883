// Several steps of weighted gradient descent on the examples of a prompt: what as many layers of gated linear attention
// are said to implement (Li et al. 2025, Gating is Weighting, arXiv 2504.04308).
//
//     b_0 = 0,   b_s = b_(s-1) + X^T diag(w_s) (y - X b_(s-1)),   f = x . b_S
//
// for examples X (n, d), y (n) and a query x. For isotropic x no preconditioner is needed, and the weights of a step are
// equal within a task, so that w_s has one number a task. One step has its best weights in closed form
// (weighted_estimator.hpp); for more, the squared error over given prompts is minimized.
#pragma once

#include <cstddef>
#include <vector>

#include "core/base/array.hpp"

namespace qklab {

struct RegressionPrompt {
  Matrix x;      // (n, d)
  Vector y;      // (n), tasks of n / tasks examples each, one after the other
  Vector query;  // (d)
  double answer = 0;
};

// f after as many steps as `weights` (steps, tasks) has rows.
double steps_prediction(const RegressionPrompt& prompt, const Matrix& weights);

// Weights (steps, tasks) with the least mean squared error over the prompts, by Levenberg and Marquardt: a local minimum,
// found from that of one step less with a last step of weight 0, so that no step makes it worse.
Matrix fit_steps(const std::vector<RegressionPrompt>& prompts, std::size_t tasks, std::size_t steps);

}  // namespace qklab
