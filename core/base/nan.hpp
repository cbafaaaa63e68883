// What is written for a number that there is none of.
#pragma once

#include <limits>

namespace qklab {

inline constexpr double nan = std::numeric_limits<double>::quiet_NaN();

}  // namespace qklab
