#include <cmath>

#include "core/autodiff/ops/ops.hpp"
#include "core/kernels/elementwise.hpp"

namespace qklab::autodiff {
namespace {

// y = f(x).
template <class F, class T> void unary_forward(const Call<T>& c) {
  kernels::map<F>(c.size(), c.in(0), c.out());
}
template <class F, class T> void unary_backward(const Call<T>& c) {
  kernels::map_backward<F>(c.size(), c.in(0), c.out(), c.out_gradient(), c.in_gradient(0));
}
template <class F, class T> Tensor<T> unary(Tensor<T> x) {
  static constexpr Rule<T> rule{F::name, unary_forward<F, T>, unary_backward<F, T>};
  return x.tape->record(rule, {x}, x.shape());
}

// y = f(a, b); b has the shape of a's last axes. The operands may be one tensor, so that both gradients are
// one: they are added to one after the other.
template <class F, class T> void binary_forward(const Call<T>& c) {
  const std::size_t n = c.shape(1).size();
  kernels::zip<F>(c.size() / n, n, c.in(0), c.in(1), c.out());
}
template <class F, class T> void binary_backward(const Call<T>& c) {
  const std::size_t n = c.shape(1).size(), repeats = c.size() / n;
  if (T* da = c.in_gradient(0)) {
    kernels::zip_backward_a<F>(repeats, n, c.in(0), c.in(1), c.out_gradient(), da);
  }
  if (T* db = c.in_gradient(1)) {
    kernels::zip_backward_b<F>(repeats, n, c.in(0), c.in(1), c.out_gradient(), db);
  }
}
template <class F, class T> Tensor<T> binary(Tensor<T> a, Tensor<T> b) {
  static constexpr Rule<T> rule{F::name, binary_forward<F, T>, binary_backward<F, T>};
  if (!a.shape().ends_with(b.shape())) {
    bad_shapes(F::name, {a.shape(), b.shape()}, "the second must be the last axes of the first");
  }
  return a.tape->record(rule, {a, b}, a.shape());
}

// y = factor x + offset.
struct Affine {
  double factor, offset;
};
template <class T> void affine_forward(const Call<T>& c) {
  const auto [factor, offset] = attributes<Affine>(c);
  kernels::affine(c.size(), static_cast<T>(factor), static_cast<T>(offset), c.in(0), c.out());
}
template <class T> void affine_backward(const Call<T>& c) {
  kernels::add_scaled(c.size(), static_cast<T>(attributes<Affine>(c).factor), c.out_gradient(),
                      c.in_gradient(0));
}

// y = x^exponent.
struct Power {
  double exponent;
};
template <class T> void power_forward(const Call<T>& c) {
  kernels::power(c.size(), static_cast<T>(attributes<Power>(c).exponent), c.in(0), c.out());
}
template <class T> void power_backward(const Call<T>& c) {
  const auto exponent = static_cast<T>(attributes<Power>(c).exponent);
  kernels::power_backward(c.size(), exponent, c.in(0), c.out_gradient(), c.in_gradient(0));
}

}  // namespace

template <class T> Tensor<T> add(Tensor<T> a, Tensor<T> b) { return binary<kernels::Add>(a, b); }
template <class T> Tensor<T> sub(Tensor<T> a, Tensor<T> b) { return binary<kernels::Sub>(a, b); }
template <class T> Tensor<T> mul(Tensor<T> a, Tensor<T> b) { return binary<kernels::Mul>(a, b); }
template <class T> Tensor<T> div(Tensor<T> a, Tensor<T> b) { return binary<kernels::Div>(a, b); }

template <class T> Tensor<T> affine(Tensor<T> x, double factor, double offset) {
  static constexpr Rule<T> rule{"affine", affine_forward<T>, affine_backward<T>};
  return x.tape->record(rule, {x}, x.shape(), Affine{factor, offset});
}
template <class T> Tensor<T> scale(Tensor<T> x, double factor) { return affine(x, factor, 0); }

template <class T> Tensor<T> power(Tensor<T> x, double exponent) {
  static constexpr Rule<T> rule{"power", power_forward<T>, power_backward<T>};
  return x.tape->record(rule, {x}, x.shape(), Power{exponent});
}

template <class T> Tensor<T> exp(Tensor<T> x) { return unary<kernels::Exp>(x); }
template <class T> Tensor<T> log(Tensor<T> x) { return unary<kernels::Log>(x); }
template <class T> Tensor<T> tanh(Tensor<T> x) { return unary<kernels::Tanh>(x); }
template <class T> Tensor<T> sigmoid(Tensor<T> x) { return unary<kernels::Sigmoid>(x); }
template <class T> Tensor<T> gelu(Tensor<T> x) { return unary<kernels::Gelu>(x); }
template <class T> Tensor<T> relu(Tensor<T> x) { return unary<kernels::Relu>(x); }

#define QKLAB_INSTANTIATE(T)                            \
  template Tensor<T> add(Tensor<T>, Tensor<T>);         \
  template Tensor<T> sub(Tensor<T>, Tensor<T>);         \
  template Tensor<T> mul(Tensor<T>, Tensor<T>);         \
  template Tensor<T> div(Tensor<T>, Tensor<T>);         \
  template Tensor<T> affine(Tensor<T>, double, double); \
  template Tensor<T> scale(Tensor<T>, double);          \
  template Tensor<T> power(Tensor<T>, double);          \
  template Tensor<T> exp(Tensor<T>);                    \
  template Tensor<T> log(Tensor<T>);                    \
  template Tensor<T> tanh(Tensor<T>);                   \
  template Tensor<T> sigmoid(Tensor<T>);                \
  template Tensor<T> gelu(Tensor<T>);                   \
  template Tensor<T> relu(Tensor<T>);
QKLAB_INSTANTIATE(float)
QKLAB_INSTANTIATE(double)

}  // namespace qklab::autodiff
