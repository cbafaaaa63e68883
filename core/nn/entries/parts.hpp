// What ways of attention have in common: heads that are split and joined, scores, and what masks hide.
#pragma once

#include <algorithm>
#include <cmath>

#include "core/nn/kinds.hpp"

namespace qklab::nn {

// (batch, length, heads m) -> (batch, heads, length, m)
template <class T> Tensor<T> split_heads(const Scope<T>& scope, Tensor<T> x, int heads) {
  const int length = scope.config().length;
  return transpose(reshape(x, {scope.batch(), length, heads, x.shape().last() / heads}), 1, 2);
}

// (batch, heads, length, m) -> (batch, length, heads m)
template <class T> Tensor<T> join_heads(const Scope<T>& scope, Tensor<T> x) {
  const Shape shape = x.shape();
  return reshape(transpose(x, 1, 2), {scope.batch(), scope.config().length, shape[1] * shape[3]});
}

// Queries or keys of each head (batch, heads, length, m), as positions turn them.
template <class T> Tensor<T> turned(const Scope<T>& scope, Tensor<T> x) {
  const auto& turn = scope.config().positions->turn;
  return turn ? turn.template of<T>()(scope, x) : x;
}

// Declares a layer's weights of queries and keys, in this order, as multi-head attention has them.
template <class T> Attention<T> query_and_key(const Scope<T>& scope);

// (batch, heads, length, length) of the layer's queries and keys.
template <class T> Tensor<T> scores(const Scope<T>& scope, Tensor<T> x, const Attention<T>& of);

// For weights that are not normalized over what is visible, and so are cut off afterwards.
template <class T> Tensor<T> cut(const Scope<T>& scope, Tensor<T> weights) {
  const auto length = static_cast<std::size_t>(scope.config().length);
  const Mask mask = scope.config().mask;
  if (mask == Mask::none()) return weights;
  const Tensor<T> seen = scope.tape().input({scope.config().length, scope.config().length});
  for (std::size_t t = 0; t < length; ++t) {
    const KeyRange keys = mask.keys(t, length);
    std::ranges::fill(seen.value().subspan(t * length + keys.begin, keys.size()), T{1});
  }
  return weights * seen;
}

// Values that are weighted token by token: weigh(scope, scores) yields the weights.
template <class T, class Weigh>
Attention<T> by_weights(const Scope<T>& scope, const Reading<T>& from, bool keep_weights, Weigh weigh) {
  const ModelConfig& c = scope.config();
  Attention<T> a = query_and_key(scope);
  const Tensor<T> value = scope.weight("v", c.dim, c.dim);
  const Tensor<T> weights = weigh(scope, scores(scope, from.x, a));
  a.mixed = join_heads(scope, matmul(weights, split_heads(scope, linear(from.x, value), c.heads)));
  if (keep_weights) a.weights = weights;
  return a;
}

// The same as an entry's `mix`.
template <class Weigh> Both<AttentionKind::Mix> weighing(Weigh weigh) {
  return [weigh]<class T>(const Scope<T>& scope, const Reading<T>& from, bool keep_weights) {
    return by_weights(scope, from, keep_weights, weigh);
  };
}

}  // namespace qklab::nn
