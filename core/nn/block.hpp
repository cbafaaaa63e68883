// One block: attention, then the MLP where there is one, each with its norm and skip connection.
#pragma once

#include "core/nn/kinds.hpp"

namespace qklab::nn {

template <class T> struct Layer {
  Attention<T> attention;
  Tensor<T> output;  // (batch, length, dim)
};

// With f attention ("attn", norm "ln1") and the MLP ("mlp", norm "ln2") one after the other:
//   pre   x + s f(norm(x))      without skip  f(norm(x))
//   post  norm(x + s f(x))                    norm(f(x))
//   none  x + s f(x)                          f(x)
// s = residual_scale. The MLP is W_2 a(W_1 x + b_1) + b_2, a the config's activation, or with a gate
// W_2 (a(W_g x + b_g) * (W_1 x + b_1)) + b_2. In training, dropout comes between f and s.
// `table`: x of all symbols and positions, from which attention may read; without tape where there is none.
template <class T>
Layer<T> block(const Scope<T>& scope, Tensor<T> x, bool keep_weights, Reading<T> table = {});

// The config's norm, where it stands there (before, after), and x elsewhere.
template <class T>
Tensor<T> norm(const Scope<T>& scope, const char* name, bool NormKind::*stands, Tensor<T> x) {
  const NormKind& kind = *scope.config().norm;
  return kind.*stands ? kind.apply.template of<T>()(scope, name, x) : x;
}

}  // namespace qklab::nn
