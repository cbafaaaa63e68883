// Angles by which positions are told.
#pragma once

#include <numbers>

#include "core/base/elementary.hpp"

namespace qklab::nn {

// Sine and cosine of t base^(-2i / width), the same on every machine.
inline elementary::Circle turn_of(int t, int i, int width, double base) {
  return elementary::half_turns(t * elementary::pow(base, -2.0 * i / width) / std::numbers::pi);
}

}  // namespace qklab::nn
