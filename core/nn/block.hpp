// One block: attention, then the MLP where there is one, each with its norm and skip connection.
#pragma once

#include "core/nn/attention.hpp"

namespace qklab::nn {

template <class T> struct Layer {
  Attention<T> attention;
  Tensor<T> output;  // (batch, length, dim)
};

// With f attention ("attn", norm "ln1") and the MLP ("mlp", norm "ln2") one after the other:
//   pre   x + s f(norm(x))      without skip  f(norm(x))
//   post  norm(x + s f(x))                    norm(f(x))
//   none  x + s f(x)                          f(x)
// s = residual_scale. The MLP is W_2 gelu(W_1 x + b_1) + b_2, GELU exact.
// `table`: x of all symbols and positions, from which attention may read; without tape where there is none.
template <class T>
Layer<T> block(const Scope<T>& scope, Tensor<T> x, bool keep_weights, Reading<T> table = {});

// Layer norm with "name.weight" and "name.bias" (dim), epsilon 1e-5.
template <class T> Tensor<T> norm(const Scope<T>& scope, const char* name, Tensor<T> x) {
  const int dim = scope.config().dim;
  const Scope<T> part = scope.in(name);
  const Tensor<T> weight = part.parameter("weight", {dim}), bias = part.parameter("bias", {dim});
  return layer_norm(x, weight, bias, 1e-5);
}

}  // namespace qklab::nn
