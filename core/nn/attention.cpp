#include "core/nn/attention.hpp"

#include "core/nn/kinds.hpp"

namespace qklab::nn {

template <class T>
Attention<T> attention(const Scope<T>& scope, Reading<T> from, Tensor<T> residual, bool keep_weights) {
  const ModelConfig& c = scope.config();
  Attention<T> a = c.attention->mix.template of<T>()(scope, from, keep_weights);
  a.output = linear(a.mixed, scope.weight("o", c.dim, a.mixed.shape().last()), {.residual = residual});
  return a;
}

bool reads_table(const ModelConfig& c, bool keep_weights) {
  return !keep_weights && c.attention->reads_table && c.attention->reads_table(c);
}

std::vector<ArrayDoc> usual_arrays(const ModelConfig& config) {
  const ArrayDoc scores =
      config.combined
          ? ArrayDoc{"blocks.N.attn.qk.weight",
                     "(heads dim, dim): head h has rows h dim .. (h+1) dim - 1; the score of key x_s for "
                     "query x_t is x_s . (W x_t) / sqrt(dim)"}
          : ArrayDoc{"blocks.N.attn.{q,k}.weight",
                     "(dim, dim): head h has rows h m .. (h+1) m - 1, m = dim / heads; scores are q . k / "
                     "sqrt(m)"};
  return {
      scores,
      {"blocks.N.attn.{v,o}.weight", "(dim, dim): values, heads as above, and what maps the joined heads"}};
}

template Attention<float> attention(const Scope<float>&, Reading<float>, Tensor<float>, bool);
template Attention<double> attention(const Scope<double>&, Reading<double>, Tensor<double>, bool);

}  // namespace qklab::nn
