// The programs that figures are made by, without the user's settings of them.
#pragma once

#include <string>
#include <vector>

#include "core/system/process.hpp"

namespace qklab {

// In `folder`, "" for this one. Its environment is this process's but for what would change what figures look
// like: gnuplot's variables, languages, the time zone, displays.
ProcessEnd run_child(const std::vector<std::string>& command, const std::string& folder);

}  // namespace qklab
