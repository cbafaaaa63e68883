// The value that stands for a missing number.
#pragma once

#include <limits>

namespace qklab {

inline constexpr double nan = std::numeric_limits<double>::quiet_NaN();

}  // namespace qklab
