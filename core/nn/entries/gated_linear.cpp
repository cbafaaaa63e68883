// gated_linear: S_t = S_{t-1} diag(g_t) + v_t k_t^T, o_t = S_t q_t / T (Yang et al. 2024). Gates g.weight and
// g.bias: one a head, or one for each key coordinate.
#include "core/nn/entries/parts.hpp"
#include "core/schema/plugin.hpp"

namespace qklab::nn {
namespace {

std::vector<std::string> gated_problems(const ModelConfig& m) {
  std::vector<std::string> found;
  if (m.mask != Mask::causal())
    found.push_back("gated linear attention runs along the sequence: set causal to true");
  if (m.combined) found.push_back("gated linear attention needs queries and keys: set combined to false");
  if (m.groups() != m.heads)
    found.push_back("gated linear attention has a state for each head's keys: leave key_groups 0");
  if (m.dropout.attention > 0)
    found.push_back(
        "gated linear attention has no weights that could be dropped: set dropout.attention to 0");
  if (m.attention_cap > 0 || m.positions->bias)
    found.push_back("gated linear attention has no scores: set attention_cap to 0, and positions to others");
  if (m.reparametrization == Reparametrization::tame)
    found.push_back(
        "TAME scales the scores, which gated linear attention has none of: choose another attention");
  return found;
}

std::vector<ArrayDoc> gated_arrays(const ModelConfig& config) {
  std::vector<ArrayDoc> all = usual_arrays(config);
  all.push_back(
      {"blocks.N.attn.g.{weight,bias}",
       "gates sigmoid(W x + b), one a head or one for each key coordinate, by which the state S (m, m) "
       "decays: S_t = S_{t-1} diag(g_t) + v_t k_t^T, output S_t q_t / (sqrt(m) length)"});
  return all;
}

template <class T> Attention<T> gated_linear(const Scope<T>& scope, const Reading<T>& from) {
  const ModelConfig& c = scope.config();
  const Tensor<T> x = from.x;
  Attention<T> a = query_and_key(scope);
  const Tensor<T> values = values_of(scope, x, value_map(scope));
  const int gates = c.gate == Gate::scalar ? c.heads : c.dim;
  const Tensor<T> weight = scope.weight("g", gates, c.dim), bias = scope.parameter("g.bias", {gates});
  const Tensor<T> gate = split_heads(scope, sigmoid(linear(x, weight) + bias), c.heads);
  const Tensor<T> queries = queries_of(scope, x, a), keys = keys_of(scope, x, a);
  const double factor = 1 / (std::sqrt(c.head_width()) * c.length);
  a.mixed = join_heads(scope, scale(gated_scan(queries, keys, values, gate), factor));
  return a;
}

void add_gated_linear() {
  Registry<AttentionKind>::all().add(
      {.name = "gated_linear",
       .doc = "a state that decays by learned gates and takes up a token at a time; causal",
       .place = 5,
       .problems = gated_problems,
       .has_entropy = false,
       .arrays = gated_arrays,
       .mix = []<class T>(const Scope<T>& scope, const Reading<T>& from, bool) {
         return gated_linear(scope, from);
       }});
}

}  // namespace

QKLAB_REGISTER(add_gated_linear)

}  // namespace qklab::nn
