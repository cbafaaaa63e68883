// A function for either type that a tape computes in, float and double.
#pragma once

#include <functional>
#include <type_traits>

namespace qklab::nn {

// Signature<T>: the function's type. Made of a generic callable: []<class T>(const Scope<T>& scope) { ... }
template <template <class> class Signature> class Both {
 public:
  Both() = default;
  template <class F>
  requires(!std::is_same_v<F, Both>) Both(F f) : single_(f), twice_(f) {}

  explicit operator bool() const { return static_cast<bool>(single_); }
  template <class T> const std::function<Signature<T>>& of() const {
    if constexpr (std::is_same_v<T, float>) {
      return single_;
    } else {
      return twice_;
    }
  }

 private:
  std::function<Signature<float>> single_;
  std::function<Signature<double>> twice_;
};

}  // namespace qklab::nn
