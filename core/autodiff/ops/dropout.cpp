#include "core/kernels/fused/dropout.hpp"

#include "core/autodiff/ops/ops.hpp"
#include "core/kernels/parallel.hpp"

namespace qklab::autodiff {
namespace {

// Backward makes the mask of forward() again, from the same stream.
template <class T, class Body> void for_elements(const Call<T>& c, const Body& body) {
  const kernels::Drop drop = attributes<Dropout>(c).of_rows(c.shape().extent(-1));
  const std::size_t rows = c.size() / drop.length;
  const double operations = 20 * static_cast<double>(drop.length);  // of a row, had they been of products
  kernels::parallel(static_cast<int>(rows), operations, [&](int begin, int end) {
    for (auto r = static_cast<std::size_t>(begin); r < static_cast<std::size_t>(end); ++r) {
      drop.for_row<T>(r, drop.length,
                      [&, at = r * drop.length](std::size_t j, T keep) { body(at + j, keep); });
    }
  });
}

template <class T> void forward(const Call<T>& c) {
  const T* const x = c.in(0);
  T* const y = c.out();
  for_elements(c, [=](std::size_t i, T keep) { y[i] = keep * x[i]; });
}

template <class T> void backward(const Call<T>& c) {
  const T* const dy = c.out_gradient();
  T* const dx = c.in_gradient(0);
  if (c.begin(0) == 0) {
    for_elements(c, [=](std::size_t i, T keep) { dx[i] = keep * dy[i]; });
  } else {
    for_elements(c, [=](std::size_t i, T keep) { dx[i] += keep * dy[i]; });
  }
}

}  // namespace

kernels::Drop Dropout::of_rows(std::size_t length) const {
  return {stream->substream(static_cast<std::uint64_t>(place)), threshold, length};
}

Dropout dropout_at(const Stream& stream, int place, double probability) {
  return {&stream, kernels::Drop::threshold_of(probability), place};
}

template <class T> Tensor<T> dropout(Tensor<T> x, Dropout how) {
  static constexpr Rule<T> rule{"dropout", forward<T>, backward<T>, true};
  const Shape shape = x.shape();
  if (shape.rank() == 0 || !how.stream) bad_shapes("dropout", {shape}, "needs an axis, and a stream");
  return x.tape->record(rule, {x}, shape, how);
}

template Tensor<float> dropout(Tensor<float>, Dropout);
template Tensor<double> dropout(Tensor<double>, Dropout);

}  // namespace qklab::autodiff
