// The default number of simultaneous trials.
#pragma once

#include <cstddef>
#include <string>

namespace qklab {

// The cores that this process may use: those in its CPU affinity, or fewer if a control group limits its CPU
// time; a limit is rounded up to whole cores. At least 1. `root`: see control_group.hpp.
std::size_t usable_cores(const std::string& root = "");

}  // namespace qklab
