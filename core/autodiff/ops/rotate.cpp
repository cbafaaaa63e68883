#include <fmt/format.h>

#include <algorithm>

#include "core/autodiff/ops/ops.hpp"
#include "core/kernels/fused/rotary.hpp"
#include "core/kernels/parallel.hpp"

namespace qklab::autodiff {
namespace {

// Operands: x (..., T, C), cosine and sine (T, m/2). What is not turned is copied.
struct Turned {
  int columns;
};

// Calls body(place of the row, place of its angles) for each row of x.
template <class T, class Body> void for_rows(const Call<T>& c, const Body& body) {
  const std::size_t n = c.shape().extent(-1), length = c.shape().extent(-2), half = c.shape(1).extent(-1);
  kernels::parallel(static_cast<int>(c.size() / n), 2 * static_cast<double>(n), [&](int begin, int end) {
    for (auto r = static_cast<std::size_t>(begin); r < static_cast<std::size_t>(end); ++r)
      body(r * n, r % length * half);
  });
}

template <class T> void forward(const Call<T>& c) {
  const std::size_t n = c.shape().extent(-1), width = 2 * c.shape(1).extent(-1);
  const auto turned = static_cast<std::size_t>(attributes<Turned>(c).columns);
  for_rows(c, [&](std::size_t at, std::size_t angle) {
    const T* x = c.in(0) + at;
    kernels::rotate(turned / width, width, c.in(1) + angle, c.in(2) + angle, x, c.out() + at);
    std::copy(x + turned, x + n, c.out() + at + turned);
  });
}

template <class T> void backward(const Call<T>& c) {
  const std::size_t n = c.shape().extent(-1), width = 2 * c.shape(1).extent(-1);
  const auto turned = static_cast<std::size_t>(attributes<Turned>(c).columns);
  T* const dx = c.in_gradient(0);
  if (!dx) return;
  const T beta = c.begin(0);
  for_rows(c, [&](std::size_t at, std::size_t angle) {
    const T* dy = c.out_gradient() + at;
    kernels::rotate_backward(turned / width, width, c.in(1) + angle, c.in(2) + angle, dy, beta, dx + at);
    for (std::size_t i = turned; i < n; ++i) dx[at + i] = beta == 0 ? dy[i] : beta * dx[at + i] + dy[i];
  });
}

}  // namespace

template <class T> Tensor<T> rotate(Tensor<T> x, Tensor<T> cosine, Tensor<T> sine, int columns) {
  static constexpr Rule<T> rule{"rotate", forward<T>, backward<T>, true};
  const Shape shape = x.shape(), angles = cosine.shape();
  if (shape.rank() < 2 || angles.rank() != 2 || sine.shape() != angles || angles[0] != shape[-2])
    bad_shapes("rotate", {shape, angles, sine.shape()}, "needs angles (T, m/2) for rows (..., T, C)");
  if (columns < 0 || columns > shape[-1] || columns % (2 * angles[1]) != 0)
    bad_shapes("rotate", {shape, angles}, fmt::format("cannot turn {} numbers of a row", columns));
  return x.tape->record(rule, {x, cosine, sine}, shape, Turned{columns});
}

template Tensor<float> rotate(Tensor<float>, Tensor<float>, Tensor<float>, int);
template Tensor<double> rotate(Tensor<double>, Tensor<double>, Tensor<double>, int);

}  // namespace qklab::autodiff
