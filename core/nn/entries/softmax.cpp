// softmax: weights exp(score), of sum 1.
#include "core/nn/entries/parts.hpp"
#include "core/schema/plugin.hpp"

namespace qklab::nn {
namespace {

// Whether one product for q, k and v will do, and weights that nobody gets to see.
bool is_fused(const ModelConfig& c) {
  const PositionsKind& positions = *c.positions;
  return !c.combined && c.mask.is_prefix() && (!positions.turn || positions.turn_first) && !positions.bias &&
         c.attention_cap == 0;
}

// Heads side by side (batch, length, heads m), each normed.
template <class T> Tensor<T> normed_heads(const Scope<T>& scope, const char* name, Tensor<T> x) {
  const ModelConfig& c = scope.config();
  const Shape shape = x.shape();
  const int width = c.head_width();
  const Tensor<T> heads = reshape(x, {shape[0], shape[1], shape[2] / width, width});
  return reshape(normalized(scope, name, c.qk_norm, width, heads), shape);
}

template <class T> Attention<T> fused(const Scope<T>& scope, const Reading<T>& from) {
  const ModelConfig& c = scope.config();
  const int query = c.dim, keys = c.groups() * c.head_width();
  Attention<T> a = query_and_key(scope);
  const Map<T> value = value_map(scope);
  const Tensor<T> weight = autodiff::concat<T>({a.query, a.key, value.weight}, 0);
  const Tensor<T> bias =
      c.attention_bias ? autodiff::concat<T>({a.query_bias, a.key_bias, value.bias}, 0) : Tensor<T>();
  Tensor<T> qkv = linear(from.x, weight, {.bias = bias});
  if (from.tokens.tape) qkv = embedding(qkv, from.tokens);
  if (c.qk_norm != Normalization::none) {
    const Tensor<T> q = normed_heads(scope, "q_norm", slice(qkv, 2, 0, query)),
                    k = normed_heads(scope, "k_norm", slice(qkv, 2, query, query + keys));
    qkv = autodiff::concat<T>({q, k, slice(qkv, 2, query + keys, query + 2 * keys)}, 2);
  }
  if (const auto& turn = c.positions->turn_first) qkv = turn.template of<T>()(scope, qkv, query + keys);
  a.mixed = autodiff::attend(qkv, {.heads = c.heads,
                                   .groups = c.groups(),
                                   .mask = c.mask,
                                   .scale = 1 / std::sqrt(c.head_width()),
                                   .dropout = scope.dropout_of(Place::weights, c.dropout.attention)});
  return a;
}

void add_softmax() {
  Registry<AttentionKind>::all().add(
      {.name = "softmax",
       .doc = "weights exp(score), of sum 1",
       .place = 0,
       .reads_table = is_fused,
       .mix = []<class T>(const Scope<T>& scope, const Reading<T>& from, bool keep_weights) {
         if (!keep_weights && is_fused(scope.config())) return fused(scope, from);
         return by_weights(scope, from, keep_weights,
                           [](const Scope<T>& of, Tensor<T> s) { return softmax(s, of.config().mask); });
       }});
}

}  // namespace

QKLAB_REGISTER(add_softmax)

}  // namespace qklab::nn
