// Finds the mistake in a command line that was refused, and suggests the nearest word.
#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace qklab {

// A message about the first word that is neither a verb nor an option, with the nearest one; "" if there is
// no such word.
std::string find_slip(const CLI::App& app, const std::vector<std::string>& words);

}  // namespace qklab
