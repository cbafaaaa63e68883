// What is wrong with a command line that was refused, told with the nearest word.
#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace qklab {

// The first word that is no verb or no option, with what may have been meant; "" where there is none such.
std::string find_slip(const CLI::App& app, const std::vector<std::string>& words);

}  // namespace qklab
