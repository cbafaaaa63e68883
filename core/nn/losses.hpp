// Losses beside autodiff::cross_entropy (with targets to ignore) and autodiff::mean_squared_error.
#pragma once

#include "core/autodiff/ops/ops.hpp"

namespace qklab::nn {

// sum of weights * (prediction - target)^2, all of equal shape: mean squared error over some positions, with
// weight 1/n at the n elements that count and 0 elsewhere.
template <class T>
autodiff::Tensor<T> weighted_squared_error(autodiff::Tensor<T> prediction, autodiff::Tensor<T> target,
                                           autodiff::Tensor<T> weights) {
  return sum(power(prediction - target, 2) * weights);
}

}  // namespace qklab::nn
