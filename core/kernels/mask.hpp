// Which keys each query of attention may look at: one word for it from a model's config down to the kernels.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/base/error.hpp"

namespace qklab {

// Keys begin .. end - 1.
struct KeyRange {
  std::size_t begin = 0, end = 0;

  std::size_t size() const { return end - begin; }
};

class Mask {
 public:
  enum class Kind : std::uint8_t {
    none,     // every key
    causal,   // the query's own and earlier ones
    window,   // the last `keys` of those
    padding,  // the first `keys`: the rest of the sequence is filled up
  };

  constexpr Mask() = default;  // none
  static constexpr Mask none() { return {}; }
  static constexpr Mask causal() { return {Kind::causal, 0}; }
  static constexpr Mask window(int keys) { return {Kind::window, checked(keys)}; }
  static constexpr Mask padding(int keys) { return {Kind::padding, checked(keys)}; }

  constexpr Kind kind() const { return kind_; }
  constexpr int extent() const { return static_cast<int>(extent_); }  // `keys` of window and padding

  // What query `query` of `length` sees: a key at least.
  constexpr KeyRange keys(std::size_t query, std::size_t length) const {
    const auto extent = static_cast<std::size_t>(extent_);
    switch (kind_) {
      case Kind::none:
        return {0, length};
      case Kind::causal:
        return {0, query + 1};
      case Kind::window:
        return {query + 1 - std::min(query + 1, extent), query + 1};
      case Kind::padding:
        return {0, std::min(extent, length)};
    }
    return {};
  }
  // Whether no query sees a later key.
  constexpr bool looks_back() const { return kind_ == Kind::causal || kind_ == Kind::window; }
  // Whether what a query sees begins with the first key.
  constexpr bool is_prefix() const { return kind_ != Kind::window; }

  constexpr bool operator==(const Mask&) const = default;

 private:
  static constexpr int checked(int keys) {
    if (keys < 1) throw Error("a mask that leaves a query no key");
    return std::min(keys, 0xffffff);  // longer than any sequence
  }
  constexpr Mask(Kind kind, int extent)
      : kind_(kind), extent_(static_cast<std::uint32_t>(extent) & 0xffffff) {}

  // As small as an int, since every node of a graph may hold one.
  Kind kind_ = Kind::none;
  std::uint32_t extent_ : 24 = 0;
};

}  // namespace qklab
