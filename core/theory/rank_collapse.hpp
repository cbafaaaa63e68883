// How fast tokens become the same in attention without skips (Dong, Cordonnier, Loukas 2021, ICML, "Attention
// is not all you need: pure attention loses rank doubly exponentially with depth").
#pragma once

#include "core/measure/tokens.hpp"

namespace qklab {

// Bound on the deviation ||X' - 1 xbar'^T||_F after one attention layer without a mask, where D are the
// deviations before it and s = ||W||_2 / temperature:
//     ||V||_2 ||D||_F expm1(2 s max_t |D_t|^2)  <=  about 2 s ||V||_2 ||D||_F^3 where D is small
// This is the cubic law of Dong et al., Theorem 2.2, in the Frobenius norm and with a constant of our own:
// the scores of query q are common to all queries up to v_qt = D_t^T W D_q / temperature, so its weights are
// those of the common scores times factors within exp(+- spread of v_q), and the spread is at most 2 s max_t
// |D_t| |D_q|.
// `qk_norm` and `value_norm` are spectral norms.
double cubic_bound(const Matrix& deviation, double qk_norm, double value_norm, double temperature);

// What all tokens become once attention is uniform: their mean times the values of the following layers. The
// tokens are then a matrix of rank 1, with cosine, stable rank and effective rank 1.
Vector rank_one_limit(const Vector& mean, const std::vector<Matrix>& values);

}  // namespace qklab
