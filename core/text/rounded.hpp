// Numbers as people read them.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <string>

#include "core/base/value.hpp"

namespace qklab {

// To so many significant digits; what is no number is "nan", whatever its sign: fmt and printf would write
// -nan.
inline std::string rounded(double x, int digits) {
  return std::isfinite(x) ? fmt::format("{:.{}g}", x, digits) : shortest(x);
}

}  // namespace qklab
