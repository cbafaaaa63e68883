#include "core/autodiff/shape.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/base/error.hpp"

namespace qklab::autodiff {

Shape::Shape(std::span<const int> extents) {
  const bool positive = std::ranges::all_of(extents, [](int extent) { return extent >= 1; });
  if (extents.size() > max_rank || !positive) {
    throw Error(fmt::format("[shape] got ({}): needs up to {} extents, each at least 1",
                            fmt::join(extents, ","), max_rank));
  }
  std::ranges::copy(extents, extents_.begin());
  rank_ = static_cast<int>(extents.size());
}

std::size_t Shape::size(int from, int to) const {
  std::size_t product = 1;
  for (int axis = from; axis < to; ++axis) product *= extent(axis);
  return product;
}

Shape Shape::with(int axis, int extent) const {
  auto changed = extents_;
  changed[place(axis)] = extent;
  return Shape(std::span(changed).first(static_cast<std::size_t>(rank_)));
}

bool Shape::ends_with(const Shape& suffix) const {
  return suffix.rank_ <= rank_ &&
         std::ranges::equal(extents().last(suffix.extents().size()), suffix.extents());
}

std::string Shape::text() const { return fmt::format("({})", fmt::join(extents(), ",")); }

void bad_shapes(std::string_view op, std::initializer_list<Shape> got, std::string_view why) {
  std::string shapes;
  for (const Shape& shape : got) shapes += (shapes.empty() ? "" : " x ") + shape.text();
  throw Error(fmt::format("[{}] got {}: {}", op, shapes, why));
}

}  // namespace qklab::autodiff
