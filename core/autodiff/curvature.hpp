// Quantities of the loss surface, from gradients alone.
#pragma once

#include <span>
#include <vector>

#include "core/autodiff/tape.hpp"

namespace qklab::autodiff {

// Euclidean norm of the gradient of each of tape.blocks(), in order; 0 for what is not trainable.
template <class T> std::vector<double> gradient_norms(Tape<T>& tape);

// H v, H the Hessian of `loss` in all parameters, v and result as long as tape.parameters():
//     (g(x + e v) - g(x - e v)) / 2e,   e = cbrt(epsilon of T) (1 + |x|) / |v|
// with relative error of the order epsilon^(2/3). v = 0 gives 0. Parameters are left as found, gradients are
// those at x + 0 v. Throws Error where lengths differ.
template <class T>
void hessian_vector_product(Tape<T>& tape, Tensor<T> loss, std::span<const T> v, std::span<T> result);

}  // namespace qklab::autodiff
