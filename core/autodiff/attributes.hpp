// What an op fixes when it is recorded: a small struct of the op's own, which its rule reads back as that.
#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <type_traits>

#include "core/base/error.hpp"

namespace qklab::autodiff {

class Attributes {
 public:
  static constexpr std::size_t capacity = 48;

  Attributes() = default;
  template <class A>
  requires(std::is_trivially_copyable_v<A> && sizeof(A) <= capacity && !std::is_same_v<A, Attributes>)
      Attributes(const A& of)
      : type_(&type_of<A>) {
    std::memcpy(bytes_.data(), &of, sizeof of);
  }

  // Throws Error where something else was recorded.
  template <class A> A as() const {
    if (type_ != &type_of<A>) throw Error("attributes of an op are read as another op's");
    A of;
    std::memcpy(&of, bytes_.data(), sizeof of);
    return of;
  }

 private:
  template <class A> static constexpr char type_of = 0;  // its address tells types apart

  const char* type_ = nullptr;
  alignas(double) std::array<std::byte, capacity> bytes_{};
};

}  // namespace qklab::autodiff
