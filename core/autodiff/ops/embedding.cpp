#include <fmt/format.h>

#include "core/autodiff/ops/ops.hpp"
#include "core/base/error.hpp"
#include "core/kernels/strided.hpp"

namespace qklab::autodiff {
namespace {

// Operands: table (V,D) or (V,T,D), ids (...). Of a table with positions, id i of a row stands for row (id, i
// mod T).
template <class T> class Rows {
 public:
  explicit Rows(const Call<T>& c)
      : ids_(c.index_in(1)),
        symbols_(c.shape(0)[0]),
        positions_(c.shape(0).rank() == 3 ? c.shape(0).extent(1) : 1),
        width_(c.shape(0).last()),
        count_(c.shape(1).size()) {}

  std::size_t width() const { return static_cast<std::size_t>(width_); }

  // Calls body(i, row): id i takes this row of the table.
  template <class Body> void for_each(Body body) const {
    for (std::size_t i = 0; i < count_; ++i) {
      if (ids_[i] < 0 || ids_[i] >= symbols_) {
        throw Error(fmt::format("[embedding] id {} at {} is outside 0 .. {}", ids_[i], i, symbols_ - 1));
      }
      body(i, static_cast<std::size_t>(ids_[i]) * positions_ + i % positions_);
    }
  }

 private:
  const std::int32_t* ids_;
  int symbols_;
  std::size_t positions_;
  int width_;
  std::size_t count_;
};

template <class T> void forward(const Call<T>& c) {
  const Rows<T> rows(c);
  const std::size_t width = rows.width();
  rows.for_each([&](std::size_t i, std::size_t row) {
    kernels::Assign::run(width, c.in(0) + row * width, c.out() + i * width);
  });
}

template <class T> void backward(const Call<T>& c) {
  const Rows<T> rows(c);
  const std::size_t width = rows.width();
  rows.for_each([&](std::size_t i, std::size_t row) {
    kernels::Accumulate::run(width, c.out_gradient() + i * width, c.in_gradient(0) + row * width);
  });
}

// Operands: a (V,D), b (T,D) -> (V,T,D).
template <class T> void sums_forward(const Call<T>& c) {
  const std::size_t symbols = c.shape(0).extent(0), positions = c.shape(1).extent(0),
                    width = c.shape(0).extent(1);
  T* y = c.out();
  for (std::size_t v = 0; v < symbols; ++v) {
    for (std::size_t t = 0; t < positions; ++t, y += width) {
      for (std::size_t i = 0; i < width; ++i) y[i] = c.in(0)[v * width + i] + c.in(1)[t * width + i];
    }
  }
}
template <class T> void sums_backward(const Call<T>& c) {
  const std::size_t symbols = c.shape(0).extent(0), positions = c.shape(1).extent(0),
                    width = c.shape(0).extent(1);
  T *const da = c.in_gradient(0), *const db = c.in_gradient(1);
  const T* dy = c.out_gradient();
  for (std::size_t v = 0; v < symbols; ++v) {
    for (std::size_t t = 0; t < positions; ++t, dy += width) {
      if (da) kernels::Accumulate::run(width, dy, da + v * width);
      if (db) kernels::Accumulate::run(width, dy, db + t * width);
    }
  }
}

}  // namespace

template <class T> Tensor<T> embedding(Tensor<T> table, Indices<T> ids) {
  static constexpr Rule<T> rule{"embedding", forward<T>, backward<T>};
  const Shape rows = table.shape(), positions = ids.shape();
  if (rows.rank() < 2 || rows.rank() > 3 || positions.rank() == Shape::max_rank) {
    bad_shapes("embedding", {rows, positions},
               "needs a table of two axes or three, and ids of at most three");
  }
  if (rows.rank() == 3 && (positions.rank() == 0 || positions.last() != rows[1])) {
    bad_shapes("embedding", {rows, positions}, "needs ids as long as the table has positions");
  }
  std::vector<int> extents(positions.extents().begin(), positions.extents().end());
  extents.push_back(rows.last());
  return table.tape->record(rule, {table, ids}, Shape(std::span<const int>(extents)));
}

template <class T> Tensor<T> outer_sum(Tensor<T> a, Tensor<T> b) {
  static constexpr Rule<T> rule{"outer_sum", sums_forward<T>, sums_backward<T>};
  const Shape rows = a.shape(), others = b.shape();
  if (rows.rank() != 2 || others.rank() != 2 || rows[1] != others[1])
    bad_shapes("outer_sum", {rows, others}, "needs two tables of one width");
  return a.tape->record(rule, {a, b}, {rows[0], others[0], rows[1]});
}

#define QKLAB_INSTANTIATE(T)                           \
  template Tensor<T> embedding(Tensor<T>, Indices<T>); \
  template Tensor<T> outer_sum(Tensor<T>, Tensor<T>);
QKLAB_INSTANTIATE(float)
QKLAB_INSTANTIATE(double)

}  // namespace qklab::autodiff
