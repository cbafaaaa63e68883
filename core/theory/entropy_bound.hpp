// The least entropy of attention whose logits are bounded (Zhai et al. 2023, ICML, "Stabilizing Transformer
// Training by Preventing Attention Entropy Collapse", Theorem 3.1).
#pragma once

#include "core/base/array.hpp"

namespace qklab {

// Lower bound, in nats, on the entropy of softmax over `keys` logits whose Euclidean norm is at most `norm`
// (a constant added to all of them does not count):
//     beta = exp(-norm sqrt(T/(T-1))),  log(1 + (T-1) beta) + norm sqrt(T(T-1)) beta / (1 + (T-1) beta)
// The bound is attained by one large logit and T-1 equal ones. It is 0 for one key. Throws Error where norm
// is negative or keys is 0.
double entropy_bound(double norm, std::size_t keys);

// Zhai's bound on the norm of every row of logits X W X^T / temperature: ||W||_2 ||X X^T||_2 / temperature.
double logit_norm_bound(const Matrix& tokens, const Matrix& qk, double temperature);

}  // namespace qklab
