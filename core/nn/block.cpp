#include "core/nn/block.hpp"

namespace qklab::nn {
namespace {

template <class T> Tensor<T> mlp(const Scope<T>& scope, Tensor<T> x, Tensor<T> residual) {
  const ModelConfig& c = scope.config();
  const auto bias = [&](const char* name, int width) {
    return c.mlp_bias ? scope.in(name).parameter("bias", {width}) : Tensor<T>();
  };
  const auto activated = [&](Tensor<T> w, Tensor<T> b) {
    const bool on_the_way = c.activation->by_linear;
    const Tensor<T> y = linear(x, w, {.bias = b, .gelu = on_the_way});
    return on_the_way ? y : c.activation->apply.template of<T>()(y);
  };
  const Tensor<T> w1 = scope.weight("fc1", c.ffn, c.dim), b1 = bias("fc1", c.ffn);
  const Tensor<T> gate = c.gated_mlp ? scope.weight("gate", c.ffn, c.dim) : Tensor<T>();
  const Tensor<T> gate_bias = c.gated_mlp ? bias("gate", c.ffn) : Tensor<T>();
  const Tensor<T> w2 = scope.weight("fc2", c.dim, c.ffn), b2 = bias("fc2", c.dim);
  const Tensor<T> hidden =
      c.gated_mlp ? activated(gate, gate_bias) * linear(x, w1, {.bias = b1}) : activated(w1, b1);
  return linear(hidden, w2, {.bias = b2, .residual = residual});
}

// f(input, residual) adds the residual itself where there is one. `read`: what the input is made of, x or its
// table.
template <class T, class F>
Tensor<T> with_norm_and_skip(const Scope<T>& scope, const char* name, Place place, Tensor<T> x,
                             Tensor<T> read, F f) {
  const ModelConfig& c = scope.config();
  const bool plain = c.skip && c.residual_scale == 1 && !scope.drops(c.dropout.residual);
  Tensor<T> y = f(norm(scope, name, &NormKind::before, read), plain ? x : Tensor<T>());
  y = scope.dropped(place, c.dropout.residual, y);
  if (c.skip && !plain) y = x + scale(y, c.residual_scale);
  return norm(scope, name, &NormKind::after, y);
}

}  // namespace

template <class T> Layer<T> block(const Scope<T>& scope, Tensor<T> x, bool keep_weights, Reading<T> table) {
  Layer<T> layer;
  const Tensor<T> read = table.x.tape ? table.x : x;
  layer.output =
      with_norm_and_skip(scope, "ln1", Place::attention, x, read, [&](Tensor<T> y, Tensor<T> residual) {
        layer.attention = attention(scope.in("attn"), Reading<T>{y, table.tokens}, residual, keep_weights);
        return layer.attention.output;
      });
  if (scope.config().ffn > 0) {
    layer.output = with_norm_and_skip(
        scope, "ln2", Place::mlp, layer.output, layer.output,
        [&](Tensor<T> y, Tensor<T> residual) { return mlp(scope.in("mlp"), y, residual); });
  }
  return layer;
}

template Layer<float> block(const Scope<float>&, Tensor<float>, bool, Reading<float>);
template Layer<double> block(const Scope<double>&, Tensor<double>, bool, Reading<double>);

}  // namespace qklab::nn
