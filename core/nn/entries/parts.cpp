#include "core/nn/entries/parts.hpp"

namespace qklab::nn {
namespace {

// Scales head h's rows of W_QK = W_k^T W_q (through W_q) or W_qk by gamma_h log(eta_h + 1e-6) / sqrt(eta_h).
// eta = tr(W_QK^2) must not be negative, or the loss is NaN. Below eta = 1 the logarithm, and so the factor, is negative:
// attention is then that of -W, which the paper's formula has as well.
template <class T> Tensor<T> tame(const Scope<T>& scope, const Attention<T>& of) {
  const ModelConfig& c = scope.config();
  const Tensor<T> eta = trace_of_square(head_matrices(of.layout, of.query, of.key)),
                  gamma = scope.parameter("gamma", {c.heads});
  constexpr double least = 1e-20;  // beside a matrix of zeros alone, which stays what it is
  const Tensor<T> factor = gamma * log(affine(eta, 1, 1e-6)) * power(affine(eta, 1, least), -0.5);
  const Tensor<T> ones = scope.tape().input({1, static_cast<int>(of.query.shape().size()) / c.heads});
  std::ranges::fill(ones.value(), T{1});
  return of.query * reshape(matmul(reshape(factor, {c.heads, 1}), ones), of.query.shape());
}

template <class T> Tensor<T> bias_of(const Scope<T>& scope, const char* map, int rows) {
  return scope.config().attention_bias ? scope.in(map).parameter("bias", {rows}) : Tensor<T>();
}

// Stacks what the heads of each group do with the group's keys or values: (batch, heads, T, n) as (batch, groups, rows, n).
template <class T> Tensor<T> stacked(const Scope<T>& scope, Tensor<T> x) {
  const ModelConfig& c = scope.config();
  const Shape shape = x.shape();
  if (c.groups() == c.heads) return x;
  return reshape(x, {shape[0], c.groups(), c.heads / c.groups() * shape[2], shape[3]});
}

}  // namespace

template <class T> Attention<T> query_and_key(const Scope<T>& scope) {
  const ModelConfig& c = scope.config();
  Attention<T> a;
  a.layout = {.dim = c.dim, .heads = c.heads, .groups = c.groups(), .combined = c.combined};
  if (c.combined) {
    a.query = scope.weight("qk", c.heads * c.dim, c.dim);
  } else {
    const int keys = c.groups() * c.head_width();
    a.query = scope.weight("q", c.dim, c.dim);
    a.query_bias = bias_of(scope, "q", c.dim);
    a.key = scope.weight("k", keys, c.dim);
    a.key_bias = bias_of(scope, "k", keys);
  }
  if (c.reparametrization == Reparametrization::tame) a.query = tame(scope, a);
  return a;
}

template <class T> Map<T> value_map(const Scope<T>& scope) {
  const ModelConfig& c = scope.config();
  const int rows = c.groups() * c.head_width();
  const Tensor<T> weight = scope.weight("v", rows, c.dim);
  return {weight, bias_of(scope, "v", rows)};
}

template <class T> Tensor<T> queries_of(const Scope<T>& scope, Tensor<T> x, const Attention<T>& of) {
  const ModelConfig& c = scope.config();
  const Tensor<T> heads = split_heads(scope, linear(x, of.query, {.bias = of.query_bias}), of.layout.heads);
  return turned(scope, normalized(scope, "q_norm", c.qk_norm, c.head_width(), heads));
}
template <class T> Tensor<T> keys_of(const Scope<T>& scope, Tensor<T> x, const Attention<T>& of) {
  const ModelConfig& c = scope.config();
  const Tensor<T> groups = split_heads(scope, linear(x, of.key, {.bias = of.key_bias}), of.layout.groups);
  return turned(scope, normalized(scope, "k_norm", c.qk_norm, c.head_width(), groups));
}
template <class T> Tensor<T> values_of(const Scope<T>& scope, Tensor<T> x, const Map<T>& of) {
  return split_heads(scope, linear(x, of.weight, {.bias = of.bias}), scope.config().groups());
}

template <class T> Tensor<T> scores(const Scope<T>& scope, Tensor<T> x, const Attention<T>& of) {
  const ModelConfig& c = scope.config();
  const double scale = 1 / std::sqrt(of.layout.rows());
  const Tensor<T> queries = queries_of(scope, x, of);
  const Shape shape = {scope.batch(), c.heads, c.length, c.length};
  Tensor<T> all;
  if (of.key.tape) {
    all = matmul(stacked(scope, queries), keys_of(scope, x, of), {.transpose_b = true, .scale = scale});
  } else {  // the tokens themselves are every head's keys
    const Tensor<T> rows = reshape(queries, {scope.batch(), c.heads * c.length, c.dim});
    all = matmul(rows, x, {.transpose_b = true, .scale = scale});
  }
  if (all.shape() != shape) all = reshape(all, shape);
  if (const auto& bias = c.positions->bias) all = all + bias.template of<T>()(scope);
  return capped(all, c.attention_cap);
}

template <class T> Tensor<T> weighted(const Scope<T>& scope, Tensor<T> weights, Tensor<T> values) {
  const Tensor<T> all = matmul(stacked(scope, weights), values);
  const Shape shape = {scope.batch(), scope.config().heads, scope.config().length, values.shape().last()};
  return all.shape() == shape ? all : reshape(all, shape);
}

#define QKLAB_INSTANTIATE(T)                                                      \
  template Attention<T> query_and_key(const Scope<T>&);                           \
  template Map<T> value_map(const Scope<T>&);                                     \
  template Tensor<T> queries_of(const Scope<T>&, Tensor<T>, const Attention<T>&); \
  template Tensor<T> keys_of(const Scope<T>&, Tensor<T>, const Attention<T>&);    \
  template Tensor<T> values_of(const Scope<T>&, Tensor<T>, const Map<T>&);        \
  template Tensor<T> scores(const Scope<T>&, Tensor<T>, const Attention<T>&);     \
  template Tensor<T> weighted(const Scope<T>&, Tensor<T>, Tensor<T>);
QKLAB_INSTANTIATE(float)
QKLAB_INSTANTIATE(double)
#undef QKLAB_INSTANTIATE

}  // namespace qklab::nn
