#include <fmt/format.h>

#include <algorithm>

#include "core/autodiff/ops/ops.hpp"
#include "core/kernels/fused/gelu.hpp"
#include "core/kernels/gemm.hpp"
#include "core/kernels/level.hpp"
#include "core/kernels/strided.hpp"
#include "core/system/threads.hpp"

namespace qklab::autodiff {
namespace {

// Operands: x (..., in), w (out, in), and bias (out) and residual (..., out) where given. The slope of GELU
// is saved.
struct Given {
  bool bias, residual, gelu;
};

template <class T> struct Sizes {
  int rows, in, out;
  int bias, residual;  // which operand, or 0
  bool gelu;
  std::size_t n;  // a row of y

  explicit Sizes(const Call<T>& c)
      : in(c.shape(1)[1]),
        out(c.shape(1)[0]),
        gelu(attributes<Given>(c).gelu),
        n(static_cast<std::size_t>(out)) {
    rows = static_cast<int>(c.size() / n);
    const Given given = attributes<Given>(c);
    bias = given.bias ? 2 : 0;
    residual = given.residual ? (bias ? 3 : 2) : 0;
  }
};

// Rows are worked on in blocks that stay in cache from one loop over them to the next. A product adds up its
// inner index in blocks of as many, so that a gradient of weights has the same bits in whatever blocks rows
// come.
template <class T, class Body> void in_blocks(const Sizes<T>& s, const Body& body) {
  constexpr int cached = 512 * 1024 / sizeof(T);
  const int fitting = cached / std::max(s.in, s.out) / kernels::inner_block;
  const int block = kernels::inner_block * std::max(1, fitting) * threads_to_share_with();
  const int rows = s.rows;
  for (int first = 0; first < rows; first += block) body(first, std::min(block, rows - first));
}

template <class T> void forward(const Call<T>& c) {
  const Sizes<T> s(c);
  T* const all = s.gelu ? c.saved() : c.out();
  const bool begun = s.residual || (s.bias && !s.gelu);
  in_blocks(s, [&](int first, int rows) {
    const std::size_t at = static_cast<std::size_t>(first) * s.n, size = static_cast<std::size_t>(rows) * s.n;
    T* const y = all + at;
    if (s.residual) std::copy_n(c.in(s.residual) + at, size, y);
    if (s.bias && !s.gelu) {
      for (T* row = y; row != y + size; row += s.n) {
        (s.residual ? kernels::Accumulate::run<T> : kernels::Assign::run<T>)(s.n, c.in(s.bias), row);
      }
    }
    kernels::gemm(false, true, rows, s.out, s.in, T{1}, c.in(0) + std::ptrdiff_t{first} * s.in, s.in, c.in(1),
                  s.in, begun ? T{1} : T{0}, y, s.out);
    if (s.gelu) {
      kernels::gelu_with_slope(static_cast<std::size_t>(rows), s.n, y, s.bias ? c.in(s.bias) : nullptr,
                               c.out() + at);
    }
  });
}

template <class T> void backward(const Call<T>& c) {
  const Sizes<T> s(c);
  T *const dx = c.in_gradient(0), *const dw = c.in_gradient(1);
  T* const db = s.bias ? c.in_gradient(s.bias) : nullptr;
  if (db && c.begin(s.bias) == 0) std::fill_n(db, s.n, T{0});
  const T begin_x = dx ? c.begin(0) : T{1}, begin_w = dw ? c.begin(1) : T{1};
  in_blocks(s, [&](int first, int rows) {
    const std::size_t at = static_cast<std::size_t>(first) * s.n, size = static_cast<std::size_t>(rows) * s.n;
    const std::ptrdiff_t in = std::ptrdiff_t{first} * s.in;
    const T* dz = c.out_gradient() + at;  // z = x w^T + bias
    if (s.gelu) {
      T* slope = c.saved() + at;
      for (std::size_t i = 0; i < size; ++i) slope[i] *= dz[i];
      dz = slope;
    }
    for (std::size_t r = 0; db && r < size; r += s.n) kernels::Accumulate::run(s.n, dz + r, db);
    if (dx)
      kernels::gemm(false, false, rows, s.in, s.out, T{1}, dz, s.out, c.in(1), s.in, begin_x, dx + in, s.in);
    if (dw) {
      kernels::gemm(true, false, s.out, s.in, rows, T{1}, dz, s.out, c.in(0) + in, s.in,
                    first == 0 ? begin_w : T{1}, dw, s.in);
    }
  });
  if (T* dr = s.residual ? c.in_gradient(s.residual) : nullptr) {
    if (c.begin(s.residual) == 0) {
      std::copy_n(c.out_gradient(), c.size(), dr);
    } else {
      kernels::Accumulate::run(c.size(), c.out_gradient(), dr);
    }
  }
}

}  // namespace

template <class T> Tensor<T> linear(Tensor<T> x, Tensor<T> w, std::type_identity_t<Linear<T>> with) {
  static constexpr Rule<T> rule{"linear", forward<T>, backward<T>, true};
  const Shape from = x.shape(), weight = w.shape();
  if (weight.rank() != 2 || from.rank() == 0 || from.last() != weight[1]) {
    bad_shapes("linear", {from, weight}, "needs a weight (out, in), in as long as the last axis");
  }
  const Shape to = from.with(-1, weight[0]);
  std::vector<Handle<T>> operands = {x, w};
  const Given given{with.bias.tape != nullptr, with.residual.tape != nullptr, with.gelu};
  if (with.bias.tape) {
    if (with.bias.shape() != Shape{weight[0]}) {
      bad_shapes("linear", {weight, with.bias.shape()}, "the bias is as long as the output");
    }
    operands.push_back(with.bias);
  }
  if (with.residual.tape) {
    if (with.residual.shape() != to)
      bad_shapes("linear", {to, with.residual.shape()}, "the residual's shape differs");
    if (with.gelu) bad_shapes("linear", {to}, "takes either GELU or a residual");
    operands.push_back(with.residual);
  }
  return x.tape->record(rule, std::span<const Handle<T>>(operands), to, given, with.gelu ? to.size() : 0);
}

template Tensor<float> linear(Tensor<float>, Tensor<float>, Linear<float>);
template Tensor<double> linear(Tensor<double>, Tensor<double>, Linear<double>);

}  // namespace qklab::autodiff
