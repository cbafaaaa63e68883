// softmax: weights exp(score), of sum 1.
#include "core/nn/entries/parts.hpp"
#include "core/schema/plugin.hpp"

namespace qklab::nn {
namespace {

// Whether one product for q, k and v will do, and weights that nobody gets to see.
bool is_fused(const ModelConfig& c) { return !c.combined && c.mask.is_prefix() && !c.positions->turn; }

template <class T> Attention<T> fused(const Scope<T>& scope, const Reading<T>& from) {
  const ModelConfig& c = scope.config();
  Attention<T> a = query_and_key(scope);
  const Tensor<T> value = scope.weight("v", c.dim, c.dim);
  const Tensor<T> mapped = linear(from.x, autodiff::concat<T>({a.query, a.key, value}, 0));
  a.mixed = autodiff::attend(from.tokens.tape ? embedding(mapped, from.tokens) : mapped,
                             {.heads = c.heads, .mask = c.mask, .scale = 1 / std::sqrt(c.head_width())});
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
