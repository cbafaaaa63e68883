#include <algorithm>

#include "core/autodiff/ops/ops.hpp"
#include "core/kernels/fused/rmsnorm.hpp"

namespace qklab::autodiff {
namespace {

// Operands: x (..., D), gain (D). Saves the scale of each row.
struct MeanSquare {
  double epsilon;
};  // what is added to it

template <class T> void forward(const Call<T>& c) {
  const std::size_t n = c.shape().extent(-1);
  kernels::rms_norm(c.size() / n, n, static_cast<T>(attributes<MeanSquare>(c).epsilon), c.in(0), c.in(1),
                    c.out(), c.saved());
}

template <class T> void backward(const Call<T>& c) {
  const std::size_t n = c.shape().extent(-1);
  const std::size_t rows = c.size() / n;
  if (T* dx = c.in_gradient(0)) {
    kernels::rms_norm_backward_x(rows, n, c.in(0), c.in(1), c.saved(), c.out_gradient(), c.begin(0), dx);
  }
  if (T* dgain = c.in_gradient(1)) {
    if (c.begin(1) == 0) std::fill_n(dgain, n, T{0});
    kernels::rms_norm_backward_gain(rows, n, c.in(0), c.saved(), c.out_gradient(), dgain);
  }
}

}  // namespace

template <class T> Tensor<T> rms_norm(Tensor<T> x, Tensor<T> gain, double epsilon) {
  static constexpr Rule<T> rule{"rms_norm", forward<T>, backward<T>, true};
  const Shape shape = x.shape();
  if (shape.rank() == 0 || gain.shape() != Shape{shape.last()})
    bad_shapes("rms_norm", {shape, gain.shape()}, "needs a gain as long as the last axis");
  return x.tape->record(rule, {x, gain}, shape, MeanSquare{epsilon}, shape.size() / shape.extent(-1));
}

template Tensor<float> rms_norm(Tensor<float>, Tensor<float>, double);
template Tensor<double> rms_norm(Tensor<double>, Tensor<double>, double);

}  // namespace qklab::autodiff
