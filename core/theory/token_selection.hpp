// One attention layer that selects a token, and the closed form of its gradient.
//
// Prompt i has tokens x_it and a query z_i; attention weights are s_i = softmax_t(x_it . W z_i), and the
// output sum_t s_it g_it, where the score g_it = y_i (v . x_it) says what token t is worth to label y_i and a
// fixed decoder v. The loss is the mean of log(1 + exp(-output)) over prompts (Tarzanagh et al. 2023,
// Max-margin token selection in attention mechanism; Julistiono et al. 2024, arXiv 2410.14581).
#pragma once

#include <vector>

#include "core/base/array.hpp"

namespace qklab {

struct SelectionPrompt {
  Matrix tokens;  // (T, d)
  Vector query;   // (d)
  Vector score;   // (T)
};

// Softmax attention of the query over the tokens, (T).
Vector selection_weights(const SelectionPrompt& prompt, const Matrix& w);

// The token of each prompt that gets the largest weight.
std::vector<std::size_t> selected_tokens(const std::vector<SelectionPrompt>& prompts, const Matrix& w);

// Loss at W (d, d), and its gradient
//     (1/n) sum_i l'(output_i) sum_t s_it (g_it - output_i) x_it z_i^T .
// The difference is computed as sum_u s_iu (g_it - g_iu), which keeps its digits when one weight is near 1.
struct SelectionLoss {
  double value = 0;
  Matrix gradient;
};
SelectionLoss selection_loss(const std::vector<SelectionPrompt>& prompts, const Matrix& w);

// The constraints that separate the chosen token of every prompt from the others: rows vec((x_i,chosen -
// x_it) z_i^T) for each t != chosen, so that a row times vec(W) is the difference of their logits. Shape (n
// (T - 1), d d).
Matrix selection_constraints(const std::vector<SelectionPrompt>& prompts,
                             const std::vector<std::size_t>& chosen);

}  // namespace qklab
