// Softmax attention of one head over one sequence, in blocks of queries whose scores stay in cache. Masks are
// prefixes; with a causal one, blocks that lie above the diagonal are never computed, forward or backward.
#pragma once

#include <algorithm>
#include <cstddef>

#include "core/kernels/fused/dropout.hpp"
#include "core/kernels/fused/normalizers.hpp"
#include "core/kernels/gemm.hpp"
#include "core/kernels/level.hpp"
#include "core/kernels/mask.hpp"
#include "core/kernels/product.hpp"

namespace qklab::kernels {

// q, k, v and their gradients: (length, width), `step` from row to row; outputs the same with `out_step`.
struct Head {
  int length, width, step, out_step;
  Mask mask;

  // Keys that query i sees: 0 .. seen - 1.
  int seen(int query) const {
    return static_cast<int>(mask.keys(static_cast<std::size_t>(query), static_cast<std::size_t>(length)).end);
  }
  bool causal() const { return mask.kind() == Mask::Kind::causal; }

  // From row to row of scores and weights, so that a row is whole virtual registers.
  static constexpr int lanes = 16;
  int stride() const { return (length + lanes - 1) / lanes * lanes; }
  std::size_t weights() const {
    return static_cast<std::size_t>(length) * static_cast<std::size_t>(stride());
  }
  // Of the blocks below, and the scratch that both directions need beside the weights.
  static constexpr int block = 16;
  std::size_t scratch() const {
    return weights() + static_cast<std::size_t>(stride()) * static_cast<std::size_t>(width + block);
  }

  // Calls body(i, rows, seen): queries i .. i + rows - 1 look at keys 0 .. seen - 1 at most.
  template <class Body> void for_queries(Body body) const {
    for (int i = 0; i < length; i += block) {
      const int rows = std::min(block, length - i);
      body(i, rows, seen(i + rows - 1));
    }
  }
  ScoreRows scores(int i, int rows, int seen) const {
    return {rows, static_cast<std::size_t>(this->seen(i)), causal() ? std::size_t{1} : std::size_t{0},
            static_cast<std::size_t>(seen), stride()};
  }
};

// y = softmax of what each row of x sees, and 0 from there to `seen`; or up to a whole register, which both
// have room for.
template <class T> void softmax_rows(const ScoreRows& of, const T* x, T* y) {
  for (int r = 0; r < of.rows; ++r, x += of.stride, y += of.stride) {
    const std::size_t n = of.visible + static_cast<std::size_t>(r) * of.more;
    Softmax::forward(n, x, y);
    std::fill(y + n, y + of.seen, T{0});
  }
}
inline void softmax_rows(const ScoreRows& of, const float* x, float* y) { level().softmax_rows(of, x, y); }

// dx = the slope of that, likewise.
template <class T> void softmax_slope_rows(const ScoreRows& of, const T* y, const T* dy, T* dx) {
  for (int r = 0; r < of.rows; ++r, y += of.stride, dy += of.stride, dx += of.stride) {
    std::fill_n(dx, of.seen, T{0});
    Softmax::backward(of.visible + static_cast<std::size_t>(r) * of.more, y, dy, dx);
  }
}
inline void softmax_slope_rows(const ScoreRows& of, const float* y, const float* dy, float* dx) {
  level().softmax_slope_rows(of, y, dy, dx);
}

// Which weights of a head are dropped: those of query i as row first_row + i; none where `drop` is null.
struct HeadDrop {
  const Drop* drop = nullptr;
  std::size_t first_row = 0;

  // y = x times what is kept, of rows i .. i + rows - 1 up to `seen`.
  template <class T>
  void apply(int i, int rows, int seen, std::ptrdiff_t stride, const T* __restrict x, T* __restrict y) const {
    for (int r = 0; r < rows; ++r, x += stride, y += stride) {
      drop->for_row<T>(first_row + static_cast<std::size_t>(i + r), static_cast<std::size_t>(seen),
                       [=](std::size_t j, T keep) { y[j] = keep * x[j]; });
    }
  }
  // dx becomes its product with what is kept, which is told from y: where that is 0, so is the weight or what is kept of it,
  // and either way nothing comes of dx. (A product with a chosen factor becomes vector code; a chosen product does not.)
  template <class T>
  void apply_backward(int rows, int seen, std::ptrdiff_t stride, const T* __restrict y,
                      T* __restrict dx) const {
    const T kept = static_cast<T>(drop->factor());
    for (int r = 0; r < rows; ++r, y += stride, dx += stride)
      for (int j = 0; j < seen; ++j) dx[j] *= y[j] == 0 ? T{0} : kept;
  }
};

// out = softmax(scale q k^T) v. Keeps the weights, `stride` from row to row, of which what lies above the
// diagonal blocks is not written; and likewise, where some are dropped, what is then used of them.
template <class T>
void attention(const Head& head, T scale, const HeadDrop& drop, const T* q, const T* k, const T* v,
               T* weights, T* used, T* scratch, T* out) {
  const std::ptrdiff_t stride = head.stride(), step = head.step, out_step = head.out_step;
  T *keys = scratch, *scores = keys + stride * head.width;
  transpose(head.length, head.width, k, head.step, keys, head.stride());
  head.for_queries([&](int i, int rows, int seen) {
    gemm(false, false, rows, seen, head.width, scale, q + i * step, head.step, keys, head.stride(), T{0},
         scores, head.stride());
    T* block = weights + i * stride;
    softmax_rows(head.scores(i, rows, seen), scores, block);
    if (drop.drop) drop.apply(i, rows, seen, stride, block, used + i * stride);
    gemm(false, false, rows, head.width, seen, T{1}, drop.drop ? used + i * stride : block, head.stride(), v,
         head.step, T{0}, out + i * out_step, head.out_step);
  });
}

// dq = beta dq + its part, and so on with beta_keys for dk and dv, not read where that is 0, from what attention()
// got and kept.
template <class T>
void attention_backward(const Head& head, T scale, const HeadDrop& drop, const T* q, const T* k, const T* v,
                        const T* weights, const T* used, const T* dout, T* scratch, T beta, T beta_keys,
                        T* dq, T* dk, T* dv) {
  const std::ptrdiff_t stride = head.stride(), step = head.step, out_step = head.out_step;
  T *slopes = scratch, *values = slopes + head.weights(), *upstream = values + stride * head.width;
  if (!drop.drop) used = weights;
  transpose(head.length, head.width, v, head.step, values, head.stride());
  head.for_queries([&](int i, int rows, int seen) {
    gemm(false, false, rows, seen, head.width, T{1}, dout + i * out_step, head.out_step, values,
         head.stride(), T{0}, upstream, head.stride());
    if (drop.drop) drop.apply_backward(rows, seen, stride, used + i * stride, upstream);
    T* block = slopes + i * stride;
    softmax_slope_rows(head.scores(i, rows, seen), weights + i * stride, upstream, block);
    gemm(false, false, rows, head.width, seen, scale, block, head.stride(), k, head.step, beta, dq + i * step,
         head.step);
  });
  // Keys j .. are seen by the queries from there on, or by all; keys that fill up a sequence by none.
  const int keys = head.seen(head.length - 1);
  for (int j = 0; j < keys; j += Head::block) {
    const int columns = std::min(Head::block, keys - j), first = head.causal() ? j : 0;
    const std::ptrdiff_t corner = first * stride + j;
    gemm(true, false, columns, head.width, head.length - first, scale, slopes + corner, head.stride(),
         q + first * step, head.step, beta_keys, dk + j * step, head.step);
    gemm(true, false, columns, head.width, head.length - first, T{1}, used + corner, head.stride(),
         dout + first * out_step, head.out_step, beta_keys, dv + j * step, head.step);
  }
  for (int j = keys; j < head.length && beta_keys == 0; ++j) {
    std::fill_n(dk + j * step, head.width, T{0});
    std::fill_n(dv + j * step, head.width, T{0});
  }
}

}  // namespace qklab::kernels
