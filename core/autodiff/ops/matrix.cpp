#include <algorithm>

#include "core/autodiff/ops/ops.hpp"
#include "core/base/stream.hpp"
#include "core/kernels/matrix.hpp"

namespace qklab::autodiff {
namespace {

// w: (..., N, N) -> y: (...), a matrix at a time.
template <class T, class Each> void each_matrix(const Call<T>& c, Each each) {
  const std::size_t n = c.shape(0).extent(-1);
  for (std::size_t i = 0; i < c.size(); ++i) each(i, n, i * n * n);
}

template <class T> void trace_forward(const Call<T>& c) {
  each_matrix(
      c, [&](std::size_t i, std::size_t n, std::size_t at) { c.out()[i] = kernels::trace(n, c.in(0) + at); });
}
template <class T> void trace_backward(const Call<T>& c) {
  each_matrix(c, [&](std::size_t i, std::size_t n, std::size_t at) {
    kernels::trace_backward(n, c.out_gradient()[i], c.in_gradient(0) + at);
  });
}

template <class T> void square_forward(const Call<T>& c) {
  each_matrix(c, [&](std::size_t i, std::size_t n, std::size_t at) {
    c.out()[i] = kernels::trace_of_square(n, c.in(0) + at);
  });
}
template <class T> void square_backward(const Call<T>& c) {
  each_matrix(c, [&](std::size_t i, std::size_t n, std::size_t at) {
    kernels::trace_of_square_backward(n, c.in(0) + at, c.out_gradient()[i], c.in_gradient(0) + at);
  });
}

struct Steps {
  int count;
};  // of a forward()
// Saves u (M) and v (N); v = 0 means that the iteration has yet to start, or that w was 0.
template <class T> void spectral_forward(const Call<T>& c) {
  const std::size_t m = c.shape(0).extent(0), n = c.shape(0).extent(1);
  T *u = c.saved(), *v = u + m;
  if (std::all_of(v, v + n, [](T x) { return x == 0; })) {
    Stream start(0, 0, "spectral_norm");  // any vector that is not at right angles to the answer
    std::generate(v, v + n, [&] { return static_cast<T>(start.normal()); });
  }
  for (int step = 0; step < attributes<Steps>(c).count; ++step)
    *c.out() = kernels::power_step(m, n, c.in(0), u, v);
}
template <class T> void spectral_backward(const Call<T>& c) {
  const std::size_t m = c.shape(0).extent(0), n = c.shape(0).extent(1);
  kernels::outer_backward(m, n, c.saved(), c.saved() + m, *c.out_gradient(), c.in_gradient(0));
}

struct Potential {
  double p;
};
template <class T> void potential_forward(const Call<T>& c) {
  *c.out() = kernels::power_potential(c.shape(0).size(), static_cast<T>(attributes<Potential>(c).p), c.in(0));
}
template <class T> void potential_backward(const Call<T>& c) {
  kernels::power_potential_backward(c.shape(0).size(), static_cast<T>(attributes<Potential>(c).p), c.in(0),
                                    *c.out_gradient(), c.in_gradient(0));
}

template <class T> Tensor<T> of_square_matrices(const Rule<T>& rule, Tensor<T> w) {
  const Shape shape = w.shape();
  if (shape.rank() < 2 || shape[-2] != shape[-1]) {
    bad_shapes(rule.name, {shape}, "needs square matrices");
  }
  return w.tape->record(rule, {w}, shape.leading());
}

}  // namespace

template <class T> Tensor<T> trace(Tensor<T> w) {
  static constexpr Rule<T> rule{"trace", trace_forward<T>, trace_backward<T>};
  return of_square_matrices(rule, w);
}

template <class T> Tensor<T> trace_of_square(Tensor<T> w) {
  static constexpr Rule<T> rule{"trace_of_square", square_forward<T>, square_backward<T>};
  return of_square_matrices(rule, w);
}

template <class T> Tensor<T> spectral_norm(Tensor<T> w, int steps) {
  static constexpr Rule<T> rule{"spectral_norm", spectral_forward<T>, spectral_backward<T>};
  const Shape shape = w.shape();
  if (shape.rank() != 2 || steps < 1) bad_shapes("spectral_norm", {shape}, "needs a matrix and a step");
  return w.tape->record(rule, {w}, {}, Steps{steps}, shape.extent(0) + shape.extent(1));
}

template <class T> Tensor<T> power_potential(Tensor<T> w, double p) {
  static constexpr Rule<T> rule{"power_potential", potential_forward<T>, potential_backward<T>};
  if (!(p > 1)) bad_shapes("power_potential", {w.shape()}, "needs p > 1");
  return w.tape->record(rule, {w}, {}, Potential{p});
}

#define QKLAB_INSTANTIATE(T)                        \
  template Tensor<T> trace(Tensor<T>);              \
  template Tensor<T> trace_of_square(Tensor<T>);    \
  template Tensor<T> spectral_norm(Tensor<T>, int); \
  template Tensor<T> power_potential(Tensor<T>, double);
QKLAB_INSTANTIATE(float)
QKLAB_INSTANTIATE(double)

}  // namespace qklab::autodiff
