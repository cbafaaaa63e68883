// Heads of attention: which rows of a layer's weights belong to a head, and its W_QK as an operator.
#pragma once

#include <span>

#include "core/autodiff/ops/ops.hpp"
#include "core/spectrum/matrices.hpp"

namespace qklab::nn {

// How a layer's weights are shared out. Query heads may share keys and values in groups: as many groups as
// heads in multi-head attention, one in multi-query attention, any divisor of heads in between.
struct HeadLayout {
  int dim = 0;            // width of the residual stream
  int heads = 0;          // 0: a layer without W_QK
  int groups = 0;         // of keys and values
  bool combined = false;  // a matrix W_QK (dim, dim) a head, so that the tokens themselves are keys

  int width() const { return dim / heads; }              // of a head's values
  int rows() const { return combined ? dim : width(); }  // of a head in the weights of queries and keys
  int sharing() const { return heads / groups; }         // heads that share a group's keys
  int group_of(int head) const { return head / sharing(); }
};

// One head's part of weights, (rows, dim) each and row-major: query, and key where W_QK is a product of two.
//   W_QK = key^T query   or, combined,   W_QK = query
template <class T> class HeadView {
 public:
  // All heads' weights; `key` is empty where they are combined.
  HeadView(const HeadLayout& layout, std::span<T> query, std::span<T> key, int head);

  std::span<T> query() const { return query_; }
  std::span<T> key() const { return key_; }

  double trace() const;  // tr(W_QK)
  // Of W_QK; for heads narrower than the model see Factors.
  SpectrumStatistics spectrum() const;

  // Moves W_QK to the nearest point with this trace: query and key together, or the query alone where others
  // share the key.
  void hold_trace(double trace) const;
  // W_QK = Q diag(l) Q^T with Q Haar and l of the spectrum. `own` is the head's stream; where heads share
  // keys, `group` is theirs, and Q with it.
  void prescribe(const Spectrum& spectrum, const Stream& own, const Stream& group) const;

 private:
  HeadLayout layout_;
  std::span<T> query_, key_;
};

// (heads, m, m): for each head a matrix with its eigenspectrum (trace, trace of the square). Separate,
// W_q W_k^T of the head's rows, m = dim / heads: the eigenvalues of W_QK that are not 0 by necessity.
// Combined, W_qk, m = dim. A view of the weight or one product on the tape.
template <class T>
autodiff::Tensor<T> head_matrices(const HeadLayout& layout, autodiff::Tensor<T> query,
                                  autodiff::Tensor<T> key);

// tr(W_QK W_QK^T), all heads together. With factors W = W_k^T W_q it is the inner product of the Gram
// matrices W_q W_q^T and W_k W_k^T.
template <class T>
autodiff::Tensor<T> squared_norms(const HeadLayout& layout, autodiff::Tensor<T> query,
                                  autodiff::Tensor<T> key);

}  // namespace qklab::nn
