// How many trials run at a time unless somebody says so.
#pragma once

#include <cstddef>
#include <string>

namespace qklab {

// The cores that this process may keep busy: those that the scheduler lets it on, or fewer where a control
// group allows it less time, a part of one counting as one. At least 1. `root`: see control_group.hpp.
std::size_t usable_cores(const std::string& root = "");

}  // namespace qklab
