// The last linear map of a model and its cross-entropy in one op, for many classes: where vocabularies are large, the logits
// of a batch are what takes most memory.
#pragma once

#include "core/autodiff/ops/ops.hpp"

namespace qklab::autodiff {

struct HeadSettings {
  std::int32_t ignore = ignored_target;
  double smoothing = 0;
  bool learns = true;  // else gradients are not computed, and backward() throws Error
  int rows = 0;  // whose logits are held at a time, a multiple of kernels::inner_block; 0: a suitable number
};

template <class T> struct HeadLoss {
  Tensor<T> loss;   // as cross_entropy(linear(x, w, {.bias = bias}), targets, ignore, smoothing), to the bit
  Tensor<T> right;  // (1): how many targets not ignored have the largest logit, the first of several
};

// x (..., D), w (V, D), bias (V) where it has a tape, targets (...). The logits of a block of rows are computed, turned into
// their gradient in place, and multiplied into the gradients of x, w and bias before the next block is begun. So they are
// computed once, and backward() only multiplies what forward() has by the gradient of the loss. This is what Wijmans et al.
// 2024 ("Cut your losses", arXiv 2411.09009) do on GPUs, where logits are computed twice instead.
template <class T>
HeadLoss<T> head_loss(Tensor<T> x, Tensor<T> w, Tensor<T> bias, Indices<T> targets, HeadSettings how = {});

}  // namespace qklab::autodiff
