// Drawing all figures of a config, as `run` and `export` do.
#pragma once

#include <string>

#include "core/cli/loaded.hpp"

namespace qklab {

// Into <directory>/figures. A figure that can't be drawn, as all its trials failed or gnuplot did, is told on
// stderr and its files of an earlier time are removed; the others are drawn all the same. Returns how many
// were not. Throws InputError where a config is at fault.
std::size_t draw_figures(const Loaded& loaded, const Results& results, const std::string& directory);

}  // namespace qklab
