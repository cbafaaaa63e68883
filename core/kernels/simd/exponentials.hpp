// What softmax and cross-entropy begin with.
#pragma once

#include "core/kernels/simd/functions.hpp"

namespace qklab::kernels::QKLAB_LEVEL {

struct Exponentials {
  float top, sum;
};

// y_i = exp(x_i - top), top the largest of n, and their sum.
inline Exponentials exponentials(std::size_t n, const float* x, float* y) {
  constexpr float least = -std::numeric_limits<float>::infinity();
  Floats largest(least), total(0.0f);
  for_registers(n, [&](auto load, auto) { largest = larger(largest, load(x, least)); });
  const float shift = top(largest);
  for_registers(n, [&](auto load, auto store) {
    const Floats e = exp(load(x, least) - shift);
    total = total + e;
    store(e, y);
  });
  return {shift, sum(total)};
}

inline void scale(std::size_t n, float factor, float* y) {
  for_registers(n, [&](auto load, auto store) { store(load(y) * factor, y); });
}

}  // namespace qklab::kernels::QKLAB_LEVEL
