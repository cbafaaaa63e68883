// The scores that a head gives to random tokens, from its weights.
//
// Tokens are independent and uniform on the sphere |x|^2 = d. Given the query x, with W as its key meets it and the vector
// c = W_k b_q that a query's bias adds (a key's bias adds the same to all scores, which softmax does not see), the scores
//     x_s . u / sqrt(m),   u = W x + c
// of other tokens have the variance v = |u|^2 / m, and the token's own score is s = x . u / sqrt(m). Over queries,
//     E v    = (tr B + |c|^2) / m,                       B = W^T W,
//     Var v  = (2 d^2 / (d + 2) (tr B^2 / d - (tr B / d)^2) + 4 |W^T c|^2) / m^2,
//     E s    = tr W / sqrt(m),
//     Var s  = (2 d^2 / (d + 2) (tr S^2 / d - (tr W / d)^2) + |c|^2) / m,       S = (W + W^T) / 2,
//     Cov    = (2 d^2 / (d + 2) (tr B W / d - tr B tr W / d^2) + 2 c . W c) / m^(3/2).
// These are the moments of quadratic forms on a sphere; for a symmetric W of full rank they are those of
// core/theory/scores/query_scores.hpp.
#pragma once

#include "core/theory/scores/random_energy.hpp"
#include "core/weights/layouts/layout.hpp"

namespace qklab::weights {

struct ScoreForms {
  double v = 0, s = 0;  // means over queries
  double var_v = 0, var_s = 0, covariance = 0;
};

ScoreForms score_forms(const HeadWeights& weights);

// The mean over queries of softmax over `length` tokens. As in attention_theory, the spread of v is taken as log-normal and
// the own score as normal given v.
RandomEnergy attention_of(const ScoreForms& forms, std::size_t dim, std::size_t length);

}  // namespace qklab::weights
