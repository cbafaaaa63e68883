#include <algorithm>

#include "core/autodiff/ops.hpp"
#include "core/kernels/layernorm.hpp"

namespace qklab::autodiff {
namespace {

// Operands: x (..., D) and either nothing or gain (D), bias (D). real[0]: epsilon. Saves mean and scale of
// each row.
template <class T>
void forward(const Call<T>& c) {
  const auto n = static_cast<std::size_t>(c.shape().last());
  const bool affine = c.operands() == 3;
  kernels::layer_norm(c.size() / n, n, static_cast<T>(c.attributes().real[0]), c.in(0),
                      affine ? c.in(1) : nullptr, affine ? c.in(2) : nullptr, c.out(), c.saved());
}

template <class T>
void backward(const Call<T>& c) {
  const auto n = static_cast<std::size_t>(c.shape().last());
  const std::size_t rows = c.size() / n;
  const bool affine = c.operands() == 3;
  if (T* dx = c.in_gradient(0)) {
    kernels::layer_norm_backward_x(rows, n, c.in(0), affine ? c.in(1) : nullptr, c.saved(), c.out_gradient(),
                                   c.begin(0), dx);
  }
  if (!affine) return;
  T* dgain = c.in_gradient(1);
  T* dbias = c.in_gradient(2);
  if (dgain && c.begin(1) == 0) std::fill_n(dgain, n, T{0});
  if (dbias && c.begin(2) == 0) std::fill_n(dbias, n, T{0});
  kernels::layer_norm_backward_parameters(rows, n, c.in(0), c.saved(), c.out_gradient(), dgain, dbias);
}

template <class T>
constexpr Rule<T> rule{"layer_norm", forward<T>, backward<T>, true};

std::size_t saved(const Shape& x) { return 2 * (x.size() / static_cast<std::size_t>(x.last())); }

}  // namespace

template <class T>
Tensor<T> layer_norm(Tensor<T> x, double epsilon) {
  const Shape shape = x.shape();
  if (shape.rank() == 0) bad_shapes("layer_norm", {shape}, "needs an axis");
  return x.tape->record(rule<T>, {x}, shape, {.real = {epsilon, 0}}, saved(shape));
}

template <class T>
Tensor<T> layer_norm(Tensor<T> x, Tensor<T> gain, Tensor<T> bias, double epsilon) {
  const Shape shape = x.shape();
  if (shape.rank() == 0 || gain.shape() != Shape{shape.last()} || bias.shape() != gain.shape()) {
    bad_shapes("layer_norm", {shape, gain.shape(), bias.shape()},
               "gain and bias are as long as the last axis");
  }
  return x.tape->record(rule<T>, {x, gain, bias}, shape, {.real = {epsilon, 0}}, saved(shape));
}

#define QKLAB_INSTANTIATE(T)                        \
  template Tensor<T> layer_norm(Tensor<T>, double); \
  template Tensor<T> layer_norm(Tensor<T>, Tensor<T>, Tensor<T>, double);
QKLAB_INSTANTIATE(float)
QKLAB_INSTANTIATE(double)

}  // namespace qklab::autodiff
