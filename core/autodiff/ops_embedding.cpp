#include <fmt/format.h>

#include "core/autodiff/ops.hpp"
#include "core/base/error.hpp"
#include "core/kernels/strided.hpp"

namespace qklab::autodiff {
namespace {

// Operands: table (V,D), ids (...).
template <class T> void forward(const Call<T>& c) {
  const std::size_t width = c.shape(0).extent(1);
  const std::int32_t* ids = c.index_in(1);
  for (std::size_t i = 0; i < c.shape(1).size(); ++i) {
    if (ids[i] < 0 || ids[i] >= c.shape(0)[0]) {
      throw Error(fmt::format("[embedding] id {} at {} is outside 0 .. {}", ids[i], i, c.shape(0)[0] - 1));
    }
    kernels::Assign::run(width, c.in(0) + static_cast<std::size_t>(ids[i]) * width, c.out() + i * width);
  }
}

template <class T> void backward(const Call<T>& c) {
  const std::size_t width = c.shape(0).extent(1);
  const std::int32_t* ids = c.index_in(1);
  for (std::size_t i = 0; i < c.shape(1).size(); ++i) {
    kernels::Accumulate::run(width, c.out_gradient() + i * width,
                             c.in_gradient(0) + static_cast<std::size_t>(ids[i]) * width);
  }
}

}  // namespace

template <class T> Tensor<T> embedding(Tensor<T> table, Indices<T> ids) {
  static constexpr Rule<T> rule{"embedding", forward<T>, backward<T>};
  const Shape rows = table.shape(), positions = ids.shape();
  if (rows.rank() != 2 || positions.rank() == Shape::max_rank) {
    bad_shapes("embedding", {rows, positions}, "needs a table of two axes, and ids of at most three");
  }
  std::vector<int> extents(positions.extents().begin(), positions.extents().end());
  extents.push_back(rows[1]);
  return table.tape->record(rule, {table, ids}, Shape(std::span<const int>(extents)));
}

template Tensor<float> embedding(Tensor<float>, Indices<float>);
template Tensor<double> embedding(Tensor<double>, Indices<double>);

}  // namespace qklab::autodiff
