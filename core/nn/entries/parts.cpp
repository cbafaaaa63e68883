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

}  // namespace

template <class T> Attention<T> query_and_key(const Scope<T>& scope) {
  const ModelConfig& c = scope.config();
  Attention<T> a;
  a.layout = {.dim = c.dim, .heads = c.heads, .groups = c.heads, .combined = c.combined};
  if (c.combined) {
    a.query = scope.weight("qk", c.heads * c.dim, c.dim);
  } else {
    a.query = scope.weight("q", c.dim, c.dim);
    a.key = scope.weight("k", c.dim, c.dim);
  }
  if (c.reparametrization == Reparametrization::tame) a.query = tame(scope, a);
  return a;
}

template <class T> Tensor<T> scores(const Scope<T>& scope, Tensor<T> x, const Attention<T>& of) {
  const ModelConfig& c = scope.config();
  const double scale = 1 / std::sqrt(of.layout.rows());
  const Tensor<T> queries = turned(scope, split_heads(scope, linear(x, of.query), of.layout.heads));
  if (of.key.tape) {
    const Tensor<T> keys = turned(scope, split_heads(scope, linear(x, of.key), of.layout.groups));
    return matmul(queries, keys, {.transpose_b = true, .scale = scale});
  }
  // The tokens themselves are every head's keys.
  const Tensor<T> rows = reshape(queries, {scope.batch(), c.heads * c.length, c.dim});
  const Tensor<T> all = matmul(rows, x, {.transpose_b = true, .scale = scale});
  return reshape(all, {scope.batch(), c.heads, c.length, c.length});
}

template Attention<float> query_and_key(const Scope<float>&);
template Attention<double> query_and_key(const Scope<double>&);
template Tensor<float> scores(const Scope<float>&, Tensor<float>, const Attention<float>&);
template Tensor<double> scores(const Scope<double>&, Tensor<double>, const Attention<double>&);

}  // namespace qklab::nn
