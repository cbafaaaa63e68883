// Multi-head self-attention, put together from ops.
#pragma once

#include <string>
#include <vector>

#include "core/nn/heads.hpp"
#include "core/nn/scope.hpp"

namespace qklab::nn {

// What of a layer can be read after forward(), each as it was used.
template <class T> struct Attention {
  HeadLayout layout;               // of query and key
  Tensor<T> query;                 // (heads rows, dim)
  Tensor<T> key;                   // (groups rows, dim); where heads are combined key.tape is null
  Tensor<T> query_bias, key_bias;  // (heads rows), (groups rows); without tape where there are none
  Tensor<T> weights;               // (batch, heads, length, length), where kept; else weights.tape is null
  Tensor<T> mixed;                 // (batch, length, heads width): what the heads yield, side by side
  Tensor<T> output;                // (batch, length, dim), the residual included

  // One head of the present weights.
  HeadView<T> head(int h) const {
    return {layout, query.value(), key.tape ? key.value() : std::span<T>(), h};
  }
};

// What a layer's maps of single tokens read: x (batch, length, dim); or, in the first layer and where there
// are fewer symbols than sequences in a batch, a table (symbols, length, dim) of all that x can be, whose
// maps are then looked up by the tokens.
template <class T> struct Reading {
  Tensor<T> x;
  Indices<T> tokens;  // tokens.tape is null where x is no table
};

// Query t's score of token s is  x_s^T W_QK x_t / sqrt(width):
//   separate  W_QK = W_k^T W_q of the head's rows, of rank m = dim / heads; width m
//   combined  W_QK = W_qk, any dim x dim matrix; width dim
// of groups of heads that share keys, W_k and the values' weight have groups m rows instead of dim.
// Parameters: q.weight and k.weight (dim, dim), or qk.weight (heads dim, dim); v.weight, o.weight (dim, dim), and their
// biases where the config has them; q_norm, k_norm with qk_norm; with TAME gamma (heads); and what the way of attention has beside or instead of them, see AttentionKind.
// residual: (batch, length, dim), added to the output where given. keep_weights: record attention weights as
// a node of their own, to be read. A table can be read only where `reads_table` says so.
template <class T>
Attention<T> attention(const Scope<T>& scope, Reading<T> from, Tensor<T> residual, bool keep_weights);

// cap tanh(x / cap); x where the cap is 0.
template <class T> Tensor<T> capped(Tensor<T> x, double cap) {
  return cap > 0 ? scale(tanh(scale(x, 1 / cap)), cap) : x;
}

// Whether attention maps tokens by themselves and in no other way.
bool reads_table(const ModelConfig& config, bool keep_weights);

// An array of a layer by its name in files, and what it holds.
struct ArrayDoc {
  std::string name, doc;
};
// Those of multi-head attention.
std::vector<ArrayDoc> usual_arrays(const ModelConfig& config);

}  // namespace qklab::nn
