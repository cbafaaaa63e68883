#include <algorithm>

#include "core/autodiff/ops/ops.hpp"
#include "core/kernels/fused/layernorm.hpp"

namespace qklab::autodiff {
namespace {

// Operands: x (..., D) and either nothing or gain (D), bias (D). Saves mean and scale of each row.
struct Spread {
  double epsilon;
};  // what is added to the variance

template <class T> void forward(const Call<T>& c) {
  const std::size_t n = c.shape().extent(-1);
  const bool affine = c.operands() == 3;
  kernels::layer_norm(c.size() / n, n, static_cast<T>(attributes<Spread>(c).epsilon), c.in(0),
                      affine ? c.in(1) : nullptr, affine ? c.in(2) : nullptr, c.out(), c.saved());
}

template <class T> void backward(const Call<T>& c) {
  const std::size_t n = c.shape().extent(-1);
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

}  // namespace

template <class T>
Tensor<T> layer_norm(Tensor<T> x, std::type_identity_t<Tensor<T>> gain, std::type_identity_t<Tensor<T>> bias,
                     double epsilon) {
  static constexpr Rule<T> rule{"layer_norm", forward<T>, backward<T>, true};
  const Shape shape = x.shape();
  if (shape.rank() == 0) bad_shapes("layer_norm", {shape}, "needs an axis");
  std::vector<Handle<T>> operands = {x};
  if (gain.tape || bias.tape) {
    if (!gain.tape || !bias.tape) bad_shapes("layer_norm", {shape}, "needs gain and bias, or neither");
    if (gain.shape() != Shape{shape.last()} || bias.shape() != gain.shape())
      bad_shapes("layer_norm", {shape, gain.shape(), bias.shape()},
                 "gain and bias are as long as the last axis");
    operands = {x, gain, bias};
  }
  const std::size_t rows = shape.size() / shape.extent(-1);
  return x.tape->record(rule, std::span<const Handle<T>>(operands), shape, Spread{epsilon}, 2 * rows);
}

template Tensor<float> layer_norm(Tensor<float>, Tensor<float>, Tensor<float>, double);
template Tensor<double> layer_norm(Tensor<double>, Tensor<double>, Tensor<double>, double);

}  // namespace qklab::autodiff
