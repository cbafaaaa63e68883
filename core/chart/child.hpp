// The programs that figures are made by, without the user's settings of them.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/process/process.hpp"

namespace qklab {

// In `folder`, "" for this one. Its environment is this process's but for what would change what figures look
// like: gnuplot's variables, languages, the time zone, displays.
// One that has not ended after `child_limit` is killed, so that no figure keeps a run from its end for ever.
ProcessEnd run_child(const std::vector<std::string>& command, const std::string& folder);

// QKLAB_DRAWING_SECONDS, or far more than any figure has taken.
std::chrono::seconds child_limit();

}  // namespace qklab
