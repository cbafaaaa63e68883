#include "core/nn/attention.hpp"

#include <algorithm>
#include <cmath>

#include "core/base/elementary.hpp"

namespace qklab::nn {
namespace {

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

// Scales head h's rows of W_QK = W_k^T W_q (through W_q) or W_qk by gamma_h log(eta_h + 1e-6) / sqrt(eta_h).
// eta = tr(W_QK^2) must not be negative, or the loss is NaN.
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

template <class T> Tensor<T> scores(const Scope<T>& scope, Tensor<T> x, const Attention<T>& of) {
  const ModelConfig& c = scope.config();
  const double scale = 1 / std::sqrt(of.layout.rows());
  const Tensor<T> queries = split_heads(scope, linear(x, of.query), of.layout.heads);
  if (of.key.tape) {
    const Tensor<T> keys = split_heads(scope, linear(x, of.key), of.layout.groups);
    return matmul(queries, keys, {.transpose_b = true, .scale = scale});
  }
  // The tokens themselves are every head's keys.
  const Tensor<T> rows = reshape(queries, {scope.batch(), c.heads * c.length, c.dim});
  const Tensor<T> all = matmul(rows, x, {.transpose_b = true, .scale = scale});
  return reshape(all, {scope.batch(), c.heads, c.length, c.length});
}

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

template <class T> Tensor<T> weigh(const Scope<T>& scope, Tensor<T> s) {
  const ModelConfig& c = scope.config();
  switch (c.attention) {
    case AttentionKind::softmax:
      return softmax(s, c.mask);
    case AttentionKind::sparsemax:
      return sparsemax(s, c.mask);
    case AttentionKind::piecewise:
      return piecewise_softmax(s, c.mask);
    case AttentionKind::sigmoid:
      return cut(scope, sigmoid(affine(s, 1, -elementary::log(static_cast<double>(c.length)))));
    default:
      return cut(scope, scale(s, 1.0 / c.length));
  }
}

template <class T>
Tensor<T> gated_linear(const Scope<T>& scope, Tensor<T> x, const Attention<T>& of, Tensor<T> values) {
  const ModelConfig& c = scope.config();
  const int gates = c.gate == Gate::scalar ? c.heads : c.dim;
  const Tensor<T> weight = scope.weight("g", gates, c.dim), bias = scope.parameter("g.bias", {gates});
  const Tensor<T> gate = split_heads(scope, sigmoid(linear(x, weight) + bias), c.heads);
  const Tensor<T> queries = split_heads(scope, linear(x, of.query), c.heads);
  const Tensor<T> keys = split_heads(scope, linear(x, of.key), c.heads);
  return scale(gated_scan(queries, keys, values, gate), 1 / (std::sqrt(c.head_width()) * c.length));
}

// The usual case, by one product for q, k and v, and weights that nobody gets to see.
template <class T>
Tensor<T> fused(const Scope<T>& scope, const Reading<T>& from, const Attention<T>& of, Tensor<T> value) {
  const ModelConfig& c = scope.config();
  const Tensor<T> mapped = linear(from.x, autodiff::concat<T>({of.query, of.key, value}, 0));
  return autodiff::attend(from.tokens.tape ? embedding(mapped, from.tokens) : mapped,
                          {.heads = c.heads, .mask = c.mask, .scale = 1 / std::sqrt(c.head_width())});
}

}  // namespace

template <class T>
Attention<T> attention(const Scope<T>& scope, Reading<T> from, Tensor<T> residual, bool keep_weights) {
  const ModelConfig& c = scope.config();
  const Tensor<T> x = from.x;
  Attention<T> a;
  a.layout = {.dim = c.dim, .heads = c.heads, .groups = c.heads, .combined = c.combined};
  if (c.combined) {
    a.query = scope.weight("qk", c.heads * c.dim, c.dim);
  } else {
    a.query = scope.weight("q", c.dim, c.dim);
    a.key = scope.weight("k", c.dim, c.dim);
  }
  if (c.reparametrization == Reparametrization::tame) a.query = tame(scope, a);
  const Tensor<T> value = scope.weight("v", c.dim, c.dim);
  Tensor<T> mixed;
  if (reads_table(c, keep_weights)) {
    mixed = fused(scope, from, a, value);
  } else if (c.attention == AttentionKind::gated_linear) {
    mixed = join_heads(scope, gated_linear(scope, x, a, split_heads(scope, linear(x, value), c.heads)));
  } else {
    const Tensor<T> weights = weigh(scope, scores(scope, x, a));
    mixed = join_heads(scope, matmul(weights, split_heads(scope, linear(x, value), c.heads)));
    if (keep_weights) a.weights = weights;
  }
  a.output = linear(mixed, scope.weight("o", c.dim, c.dim), {.residual = residual});
  return a;
}

bool reads_table(const ModelConfig& c, bool keep_weights) {
  return c.attention == AttentionKind::softmax && !c.combined && !keep_weights && c.mask.is_prefix();
}

template Attention<float> attention(const Scope<float>&, Reading<float>, Tensor<float>, bool);
template Attention<double> attention(const Scope<double>&, Reading<double>, Tensor<double>, bool);

}  // namespace qklab::nn
