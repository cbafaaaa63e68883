// How alike the attention of two queries is, when their scores on a third token are correlated.
//
// Query t has score c_s + e_ts on token s: c_s ~ N(0, common) is the same for all queries, e_ts ~ N(0, own) is
// not, and on itself e_tt ~ N(planted_mean, planted_variance). With Phi(w, w') = E_c[phi(w + c) phi(w' + c)],
// its like A for x e^-x in place of e^-x, and index 0 for a first query whose own token it is,
//     E sum_s p_ts p_us = int int 2 A_0(w, w') Phi_0(w', w) Phi(w, w')^(T-2)
//                                 + (T-2) A(w, w') Phi_0(w, w') Phi_0(w', w) Phi(w, w')^(T-3) dw dw'.
#pragma once

#include <cstddef>

namespace qklab {

struct CorrelatedScores {
  double common = 0;  // variances and mean, all scores in the units of softmax
  double own = 0;
  double planted_mean = 0;
  double planted_variance = 0;
};

// Of T tokens, with z the score on another token over its standard deviation sqrt(common + own).
struct Overlap {
  double same = 0;        // E sum_s p_ts^2
  double difference = 0;  // E sum_s p_ts^2 - E sum_s p_ts p_us, t != u; >= 0
  double self_weight = 0;
  double squared_tilt = 0;  // E sum_(s != s') p_ts p_ts' z_ts z_ts', both other than t
};

// To about 1e-4 of `same`, which is all that the map of a layer needs, and in proportion where scores are
// small. tokens >= 2; throws Error for what is no variance or mean.
Overlap attention_overlap(const CorrelatedScores& scores, std::size_t tokens);

}  // namespace qklab
