// Numbers rounded for people to read.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <string>

#include "core/base/value.hpp"

namespace qklab {

// Rounds to `digits` significant digits. NaN is written "nan" whatever its sign; fmt and printf would write
// -nan.
inline std::string rounded(double x, int digits) {
  return std::isfinite(x) ? fmt::format("{:.{}g}", x, digits) : shortest(x);
}

}  // namespace qklab
