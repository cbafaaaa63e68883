#include <fmt/format.h>

#include "core/autodiff/ops/ops.hpp"
#include "core/base/error.hpp"
#include "core/kernels/elementwise.hpp"
#include "core/kernels/fused/crossentropy.hpp"

namespace qklab::autodiff {
namespace {

// y = factor sum x.
struct Scale {
  double factor;
};
template <class T> void sum_forward(const Call<T>& c) {
  const T* x = c.in(0);
  *c.out() = static_cast<T>(attributes<Scale>(c).factor) *
             kernels::sum_of<T>(c.shape(0).size(), [=](std::size_t i) { return x[i]; });
}
template <class T> void sum_backward(const Call<T>& c) {
  kernels::add_value(c.shape(0).size(), static_cast<T>(attributes<Scale>(c).factor) * *c.out_gradient(),
                     c.in_gradient(0));
}

// y = mean (a - b)^2.
template <class T> void squares_forward(const Call<T>& c) {
  const T *a = c.in(0), *b = c.in(1);
  const std::size_t n = c.shape(0).size();
  const T sum = kernels::sum_of<T>(n, [=](std::size_t i) { return (a[i] - b[i]) * (a[i] - b[i]); });
  *c.out() = sum / static_cast<T>(n);
}
template <class T> void squares_backward(const Call<T>& c) {
  const std::size_t n = c.shape(0).size();
  const T factor = 2 * *c.out_gradient() / static_cast<T>(n);
  for (int k : {0, 1}) {
    if (T* dx = c.in_gradient(k)) kernels::add_scaled_difference(n, factor, c.in(k), c.in(1 - k), dx);
  }
}

// Operands: logits (..., V), targets (...). Saves the gradient.
struct Targets {
  std::int32_t ignored;
  double smoothing;
};
// Of a row's loss log sum exp(z) - z_target, z_target becomes (1 - smoothing) z_target + smoothing mean z.
template <class T> T smooth(const Call<T>& c, std::size_t used) {
  const auto [ignored, smoothing] = attributes<Targets>(c);
  const std::size_t classes = c.shape(0).extent(-1), rows = c.shape(1).size();
  const T share = static_cast<T>(smoothing / static_cast<double>(used));
  T more = 0;
  for (std::size_t r = 0; r < rows; ++r) {
    const std::int32_t target = c.index_in(1)[r];
    if (target == ignored) continue;
    const T* z = c.in(0) + r * classes;
    T* dz = c.saved() + r * classes;
    const T mean = kernels::sum_of<T>(classes, [=](std::size_t i) { return z[i]; }) / static_cast<T>(classes);
    more += share * (z[target] - mean);
    const T each = share / static_cast<T>(classes);
    for (std::size_t i = 0; i < classes; ++i) dz[i] -= each;
    dz[target] += share;
  }
  return more;
}
template <class T> void cross_entropy_forward(const Call<T>& c) {
  const int classes = c.shape(0).last(), ignore = attributes<Targets>(c).ignored;
  const std::int32_t* targets = c.index_in(1);
  const std::size_t rows = c.shape(1).size();
  std::size_t used = 0;
  for (std::size_t r = 0; r < rows; ++r) {
    if (targets[r] == ignore) continue;
    if (targets[r] < 0 || targets[r] >= classes) {
      throw Error(
          fmt::format("[cross_entropy] target {} at {} is outside 0 .. {}", targets[r], r, classes - 1));
    }
    ++used;
  }
  if (used == 0) throw Error("[cross_entropy] every target is ignored");
  *c.out() =
      kernels::cross_entropy(rows, static_cast<std::size_t>(classes), ignore, c.in(0), targets, c.saved());
  if (attributes<Targets>(c).smoothing != 0) *c.out() += smooth(c, used);
}
template <class T> void cross_entropy_backward(const Call<T>& c) {
  const T beta = c.begin(0);
  const std::size_t n = c.shape(0).size();
  if (beta == 0) {
    kernels::affine(n, *c.out_gradient(), T{0}, c.saved(), c.in_gradient(0));
  } else {
    kernels::add_scaled(n, *c.out_gradient(), c.saved(), c.in_gradient(0));
  }
}

}  // namespace

template <class T> Tensor<T> sum(Tensor<T> x) {
  static constexpr Rule<T> rule{"sum", sum_forward<T>, sum_backward<T>};
  return x.tape->record(rule, {x}, {}, Scale{1});
}

template <class T> Tensor<T> mean(Tensor<T> x) {
  static constexpr Rule<T> rule{"mean", sum_forward<T>, sum_backward<T>};
  return x.tape->record(rule, {x}, {}, Scale{1 / static_cast<double>(x.shape().size())});
}

template <class T> Tensor<T> mean_squared_error(Tensor<T> prediction, Tensor<T> target) {
  static constexpr Rule<T> rule{"mean_squared_error", squares_forward<T>, squares_backward<T>};
  const Shape a = prediction.shape(), b = target.shape();
  if (a != b) bad_shapes("mean_squared_error", {a, b}, "the shapes differ");
  return prediction.tape->record(rule, {prediction, target}, {});
}

template <class T>
Tensor<T> cross_entropy(Tensor<T> logits, Indices<T> targets, std::int32_t ignore, double smoothing) {
  static constexpr Rule<T> rule{"cross_entropy", cross_entropy_forward<T>, cross_entropy_backward<T>, true};
  const Shape scores = logits.shape(), labels = targets.shape();
  if (scores.rank() == 0 || scores.prefix(scores.rank() - 1) != labels) {
    bad_shapes("cross_entropy", {scores, labels}, "needs a target for each row of logits");
  }
  return logits.tape->record(rule, {logits, targets}, {}, Targets{ignore, smoothing}, scores.size());
}

#define QKLAB_INSTANTIATE(T)                                   \
  template Tensor<T> sum(Tensor<T>);                           \
  template Tensor<T> mean(Tensor<T>);                          \
  template Tensor<T> mean_squared_error(Tensor<T>, Tensor<T>); \
  template Tensor<T> cross_entropy(Tensor<T>, Indices<T>, std::int32_t, double);
QKLAB_INSTANTIATE(float)
QKLAB_INSTANTIATE(double)

}  // namespace qklab::autodiff
