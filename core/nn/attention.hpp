// Multi-head self-attention, put together from ops.
#pragma once

#include "core/nn/scope.hpp"

namespace qklab::nn {

// What of a layer can be read after forward(), each as it was used.
template <class T> struct Attention {
  // Separate: query and key (dim, dim), head h being rows h m .. (h+1) m - 1, m the head's width.
  // Combined: query (heads dim, dim), head h being rows h dim .. (h+1) dim - 1; key.tape is null.
  Tensor<T> query, key;
  Tensor<T> weights;  // (batch, heads, length, length), where kept; else weights.tape is null
  Tensor<T> output;   // (batch, length, dim), the residual included
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
// Parameters: q.weight and k.weight (dim, dim), or qk.weight (heads dim, dim); v.weight, o.weight (dim, dim);
// for gated linear attention g.weight and g.bias; with TAME gamma (heads).
// residual: (batch, length, dim), added to the output where given. keep_weights: record attention weights as
// a node of their own, to be read. A table can be read only where `reads_table` says so.
template <class T>
Attention<T> attention(const Scope<T>& scope, Reading<T> from, Tensor<T> residual, bool keep_weights);

// Whether attention maps tokens by themselves and in no other way.
bool reads_table(const ModelConfig& config, bool keep_weights);

// (heads, m, m): for each head a matrix with its eigenspectrum (trace, trace of the square). Separate,
// W_q W_k^T of the head's rows, m = dim / heads: the eigenvalues of W_QK that are not 0 by necessity.
// Combined, W_qk, m = dim. A view of the weight or one product on the tape.
template <class T> Tensor<T> head_matrices(const ModelConfig& config, const Attention<T>& of);

// tr(W_QK) of each head, from the weights' present values.
template <class T> std::vector<double> head_traces(const ModelConfig& config, const Attention<T>& of);

}  // namespace qklab::nn
