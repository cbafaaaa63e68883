// An attention variant: softmax attention whose heads share keys and values (Shazeer 2019; in groups, Ainslie
// et al. 2023). Weights q (dim, dim), and k and v (groups dim / heads, dim).
#include <cmath>

#include "core/nn/entries/parts.hpp"
#include "core/schema/plugin.hpp"

namespace qklab::nn {
namespace {

int groups_of(const ModelConfig& c) { return static_cast<int>(c.attention.integer("multi_query.groups")); }

template <class T>
Attention<T> multi_query(const Scope<T>& scope, const Reading<T>& from, bool keep_weights) {
  const ModelConfig& c = scope.config();
  const int groups = groups_of(c), width = c.head_width(), batch = scope.batch(), length = c.length;
  Attention<T> a;
  a.layout = {.dim = c.dim, .heads = c.heads, .groups = groups};
  a.query = scope.weight("q", c.dim, c.dim);
  a.key = scope.weight("k", groups * width, c.dim);
  const Tensor<T> value = scope.weight("v", groups * width, c.dim);
  const Tensor<T> queries = turned(scope, split_heads(scope, linear(from.x, a.query), c.heads));
  const Tensor<T> keys = turned(scope, split_heads(scope, linear(from.x, a.key), groups));
  const Tensor<T> values = split_heads(scope, linear(from.x, value), groups);
  // The queries of all heads of a group are stacked and multiplied by the group's keys.
  const int rows = a.layout.sharing() * length;
  const Tensor<T> scores = matmul(reshape(queries, {batch, groups, rows, width}), keys,
                                  {.transpose_b = true, .scale = 1 / std::sqrt(width)});
  const Tensor<T> weights = softmax(reshape(scores, {batch, c.heads, length, length}), c.mask);
  const Tensor<T> mixed = matmul(reshape(weights, {batch, groups, rows, length}), values);
  a.mixed = join_heads(scope, reshape(mixed, {batch, c.heads, length, width}));
  if (keep_weights) a.weights = weights;
  return a;
}

std::vector<std::string> multi_query_problems(const ModelConfig& c) {
  std::vector<std::string> found;
  if (c.heads < 1 || c.heads % groups_of(c) != 0)
    found.push_back(
        fmt::format("{} heads cannot be shared by {} groups: make heads a multiple of "
                    "multi_query.groups",
                    c.heads, groups_of(c)));
  if (c.combined) found.push_back("multi-query attention needs queries and keys: set combined to false");
  if (c.reparametrization == Reparametrization::tame)
    found.push_back("TAME scales each head by itself, and keys are shared: choose another attention");
  return found;
}

void add_multi_query() {
  Registry<AttentionKind>::all().add(
      {.name = "multi_query",
       .doc = "softmax attention whose heads share keys and values",
       .parameters =
           {integer("multi_query.groups", 1, "of heads, each with its keys and values").range(1, 4096)},
       .problems = multi_query_problems,
       .arrays = [](const ModelConfig&) -> std::vector<ArrayDoc> {
         return {
             {"blocks.N.attn.q.weight", "(dim, dim): head h has rows h m .. (h+1) m - 1, m = dim / heads"},
             {"blocks.N.attn.{k,v}.weight",
              "(groups m, dim): keys and values of group g, rows g m .. (g+1) m - 1, are those of heads "
              "g n .. (g+1) n - 1, n = heads / groups; scores are q . k / sqrt(m)"},
             {"blocks.N.attn.o.weight", "(dim, dim): what maps the joined heads"}};
       },
       .mix = []<class T>(const Scope<T>& scope, const Reading<T>& from,
                          bool keep_weights) { return multi_query(scope, from, keep_weights); }});
}

}  // namespace

QKLAB_REGISTER(add_multi_query)

}  // namespace qklab::nn
