#include "core/nn/attention.hpp"

#include "core/nn/kinds.hpp"

namespace qklab::nn {

template <class T>
Attention<T> attention(const Scope<T>& scope, Reading<T> from, Tensor<T> residual, bool keep_weights) {
  const ModelConfig& c = scope.config();
  Attention<T> a = c.attention->mix.template of<T>()(scope, from, keep_weights);
  const Tensor<T> weight = scope.weight("o", c.dim, a.mixed.shape().last());
  const Tensor<T> bias = c.attention_bias ? scope.in("o").parameter("bias", {c.dim}) : Tensor<T>();
  a.output = linear(a.mixed, weight, {.bias = bias, .residual = residual});
  return a;
}

bool reads_table(const ModelConfig& c, bool keep_weights) {
  return !keep_weights && c.attention->reads_table && c.attention->reads_table(c);
}

std::vector<ArrayDoc> usual_arrays(const ModelConfig& config) {
  const bool shares = config.groups() != config.heads;
  const char* const combined =
      "(heads dim, dim): head h has rows h dim .. (h+1) dim - 1; the score of key x_s for query x_t is "
      "x_s . (W x_t) / sqrt(dim)";
  const char* const separate =
      "(dim, dim): head h has rows h m .. (h+1) m - 1, m = dim / heads; scores are q . k / sqrt(m)";
  const char* const shared =
      "(groups m, dim): those of group g, rows g m .. (g+1) m - 1, m = dim / heads, belong to heads g n .. "
      "(g+1) n - 1, "
      "n = heads / groups";
  std::vector<ArrayDoc> all;
  if (config.combined) {
    all.push_back({"blocks.N.attn.qk.weight", combined});
  } else {
    all.push_back({shares ? "blocks.N.attn.q.weight" : "blocks.N.attn.{q,k}.weight", separate});
  }
  if (shares) {
    all.push_back({"blocks.N.attn.{k,v}.weight", shared});
    all.push_back({"blocks.N.attn.o.weight", "(dim, dim): what maps the joined heads"});
  } else {
    all.push_back(
        {"blocks.N.attn.{v,o}.weight", "(dim, dim): values, heads as above, and what maps the joined heads"});
  }
  if (config.attention_bias)
    all.push_back(
        {"blocks.N.attn.{q,k,v,o}.bias", "as long as the weight has rows: added to what it yields"});
  if (config.qk_norm != Normalization::none)
    all.push_back({"blocks.N.attn.{q_norm,k_norm}.{weight,bias}",
                   "(m): gain and, of layer norm, bias of each head's queries and keys, which are normed "
                   "before positions "
                   "turn them"});
  return all;
}

template Attention<float> attention(const Scope<float>&, Reading<float>, Tensor<float>, bool);
template Attention<double> attention(const Scope<double>&, Reading<double>, Tensor<double>, bool);

}  // namespace qklab::nn
