// A running sweep as lines of text: progress, failures, curves.
#pragma once

#include <string>
#include <vector>

#include "core/cli/serve/live.hpp"

namespace qklab {

// Lines of at most `width` columns.
std::vector<std::string> screen(const LiveState& state, const Experiment& experiment, std::size_t width);

// Leaves out the last lines that `rows` have no room for, and says so. What does not fit would scroll the top
// away; the cursor takes the last row.
void fit(std::vector<std::string>& lines, std::size_t rows, std::size_t width);

}  // namespace qklab
