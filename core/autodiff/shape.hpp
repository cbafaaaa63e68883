// The extents of a dense row-major tensor, of rank 0 (a scalar) to 4.
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace qklab::autodiff {

class Shape {
 public:
  static constexpr int max_rank = 4;

  Shape() = default;  // a scalar
  // Throws Error where there are more than 4 extents or one is less than 1.
  Shape(std::initializer_list<int> extents) : Shape(std::span(extents.begin(), extents.size())) {}
  explicit Shape(std::span<const int> extents);

  int rank() const { return rank_; }
  // An axis below 0 counts from the end: -1 is the last.
  int operator[](int axis) const { return extents_[place(axis)]; }
  std::size_t extent(int axis) const { return static_cast<std::size_t>((*this)[axis]); }
  int last() const { return rank_ == 0 ? 1 : (*this)[-1]; }

  std::size_t size() const { return size(0, rank_); }
  std::size_t size(int from, int to) const;  // product of the extents of axes from .. to-1

  std::span<const int> extents() const { return {extents_.data(), static_cast<std::size_t>(rank_)}; }
  Shape leading() const { return prefix(rank_ - 2); }  // all but the last two axes: where matrices are
  Shape prefix(int rank) const { return Shape(extents().first(static_cast<std::size_t>(rank))); }
  Shape with(int axis, int extent) const;  // a copy with one extent replaced
  bool ends_with(const Shape& suffix) const;
  bool operator==(const Shape&) const = default;

  std::string text() const;  // "(3,4)"; "()" for a scalar

 private:
  std::size_t place(int axis) const { return static_cast<std::size_t>(axis < 0 ? axis + rank_ : axis); }

  std::array<int, max_rank> extents_{};  // zero from rank_ on, so that == compares what counts
  int rank_ = 0;
};

// Throws Error: "[matmul] got (3,4) x (5,6): <why>".
[[noreturn]] void bad_shapes(std::string_view op, std::initializer_list<Shape> got, std::string_view why);

}  // namespace qklab::autodiff
