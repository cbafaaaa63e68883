#include <fmt/format.h>

#include <algorithm>

#include "core/autodiff/ops/ops.hpp"
#include "core/kernels/strided.hpp"

namespace qklab::autodiff {
namespace {

bool has_axis(const Shape& shape, int axis) { return axis >= 0 && axis < shape.rank(); }

// y is x with two axes swapped, a < b.
struct Axes {
  int a, b;
};
template <class Store, class T> void swap(const Shape& from, Axes axes, const T* source, T* target) {
  const auto [a, b] = axes;
  kernels::swap_axes<Store>(from.size(0, a), from.size(a, a + 1), from.size(a + 1, b), from.size(b, b + 1),
                            from.size(b + 1, from.rank()), source, target);
}
template <class T> void transpose_forward(const Call<T>& c) {
  swap<kernels::Assign>(c.shape(0), attributes<Axes>(c), c.in(0), c.out());
}
template <class T> void transpose_backward(const Call<T>& c) {
  swap<kernels::Accumulate>(c.shape(), attributes<Axes>(c), c.out_gradient(), c.in_gradient(0));
}

// y is the part of x from `offset` along an axis: for each index of the axes before, one run of memory.
struct Place {
  int axis, offset;
};
struct Part {
  std::size_t runs, length, whole, begin;
  Part(const Shape& part, const Shape& all, int axis, std::size_t offset)
      : runs(part.size(0, axis)),
        length(part.size(axis, part.rank())),
        whole(all.size(axis, all.rank())),
        begin(offset * all.size(axis + 1, all.rank())) {}
};
template <class T> void slice_forward(const Call<T>& c) {
  const auto [axis, offset] = attributes<Place>(c);
  const Part p(c.shape(), c.shape(0), axis, static_cast<std::size_t>(offset));
  kernels::copy_runs<kernels::Assign>(p.runs, p.length, c.in(0) + p.begin, p.whole, c.out(), p.length);
}
template <class T> void slice_backward(const Call<T>& c) {
  const auto [axis, offset] = attributes<Place>(c);
  const Part p(c.shape(), c.shape(0), axis, static_cast<std::size_t>(offset));
  kernels::copy_runs<kernels::Accumulate>(p.runs, p.length, c.out_gradient(), p.length,
                                          c.in_gradient(0) + p.begin, p.whole);
}

// The operands are the parts of y along an axis, in order.
struct Along {
  int axis;
};
template <class T> void concat_forward(const Call<T>& c) {
  const int axis = attributes<Along>(c).axis;
  std::size_t offset = 0;
  for (int k = 0; k < c.operands(); offset += c.shape(k).size(axis, axis + 1), ++k) {
    const Part p(c.shape(k), c.shape(), axis, offset);
    kernels::copy_runs<kernels::Assign>(p.runs, p.length, c.in(k), p.length, c.out() + p.begin, p.whole);
  }
}
template <class T> void concat_backward(const Call<T>& c) {
  const int axis = attributes<Along>(c).axis;
  std::size_t offset = 0;
  for (int k = 0; k < c.operands(); offset += c.shape(k).size(axis, axis + 1), ++k) {
    T* dx = c.in_gradient(k);
    if (!dx) continue;
    const Part p(c.shape(k), c.shape(), axis, offset);
    kernels::copy_runs<kernels::Accumulate>(p.runs, p.length, c.out_gradient() + p.begin, p.whole, dx,
                                            p.length);
  }
}

}  // namespace

template <class T> Tensor<T> reshape(Tensor<T> x, Shape shape) {
  static constexpr Rule<T> rule{"reshape"};
  if (shape.size() != x.shape().size()) bad_shapes("reshape", {x.shape(), shape}, "the sizes differ");
  return x.tape->alias(rule, x, shape);
}

template <class T> Tensor<T> transpose(Tensor<T> x, int axis, int other) {
  static constexpr Rule<T> rule{"transpose", transpose_forward<T>, transpose_backward<T>};
  const Shape from = x.shape();
  if (!has_axis(from, axis) || !has_axis(from, other) || axis == other) {
    bad_shapes("transpose", {from}, fmt::format("cannot swap axes {} and {}", axis, other));
  }
  const Shape to = from.with(axis, from[other]).with(other, from[axis]);
  return x.tape->record(rule, {x}, to, Axes{std::min(axis, other), std::max(axis, other)});
}

template <class T> Tensor<T> slice(Tensor<T> x, int axis, int begin, int end) {
  static constexpr Rule<T> rule{"slice", slice_forward<T>, slice_backward<T>};
  const Shape from = x.shape();
  if (!has_axis(from, axis) || begin < 0 || begin >= end || end > from[axis]) {
    bad_shapes("slice", {from}, fmt::format("has no {} .. {} along axis {}", begin, end - 1, axis));
  }
  return x.tape->record(rule, {x}, from.with(axis, end - begin), Place{axis, begin});
}

template <class T> Tensor<T> concat(const std::vector<Tensor<T>>& parts, int axis) {
  static constexpr Rule<T> rule{"concat", concat_forward<T>, concat_backward<T>};
  if (parts.empty()) bad_shapes("concat", {}, "needs a tensor");
  const Shape first = parts.front().shape();
  if (!has_axis(first, axis)) bad_shapes("concat", {first}, fmt::format("has no axis {}", axis));
  int extent = 0;
  for (const Tensor<T>& part : parts) {
    const Shape shape = part.shape();
    if (shape.rank() != first.rank() || shape.with(axis, 1) != first.with(axis, 1)) {
      bad_shapes("concat", {first, shape}, fmt::format("may differ in axis {} only", axis));
    }
    extent += shape[axis];
  }
  const std::vector<Handle<T>> operands(parts.begin(), parts.end());
  return parts.front().tape->record(rule, std::span<const Handle<T>>(operands), first.with(axis, extent),
                                    Along{axis});
}

#define QKLAB_INSTANTIATE(T)                          \
  template Tensor<T> reshape(Tensor<T>, Shape);       \
  template Tensor<T> transpose(Tensor<T>, int, int);  \
  template Tensor<T> slice(Tensor<T>, int, int, int); \
  template Tensor<T> concat(const std::vector<Tensor<T>>&, int);
QKLAB_INSTANTIATE(float)
QKLAB_INSTANTIATE(double)

}  // namespace qklab::autodiff
