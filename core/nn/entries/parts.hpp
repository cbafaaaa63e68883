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

// Declares a layer's weights of queries and keys, in this order and with their biases, as multi-head attention has them.
template <class T> Attention<T> query_and_key(const Scope<T>& scope);

// That of values, likewise.
template <class T> Map<T> value_map(const Scope<T>& scope);

// Of tokens x, each head's queries, or each group's keys and values: (batch, heads or groups, length, m). Queries and keys
// are normed where the config says so, and then turned by positions.
template <class T> Tensor<T> queries_of(const Scope<T>& scope, Tensor<T> x, const Attention<T>& of);
template <class T> Tensor<T> keys_of(const Scope<T>& scope, Tensor<T> x, const Attention<T>& of);
template <class T> Tensor<T> values_of(const Scope<T>& scope, Tensor<T> x, const Map<T>& of);

// (batch, heads, length, length) of the layer's queries and keys, with what positions add, and capped.
template <class T> Tensor<T> scores(const Scope<T>& scope, Tensor<T> x, const Attention<T>& of);

// Values (batch, groups, length, m) weighted for each head: (batch, heads, length, m).
template <class T> Tensor<T> weighted(const Scope<T>& scope, Tensor<T> weights, Tensor<T> values);

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
  const Map<T> value = value_map(scope);
  const Tensor<T> weights = weigh(scope, scores(scope, from.x, a));
  const Tensor<T> used = scope.dropped(Place::weights, c.dropout.attention, weights);
  a.mixed = join_heads(scope, weighted(scope, used, values_of(scope, from.x, value)));
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
