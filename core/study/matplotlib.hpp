// Figures for those who want to draw them anew: a script for matplotlib and its data.
#pragma once

#include <string>
#include <vector>

#include "core/directory/loaded.hpp"

namespace qklab {

// Writes <out>/matplotlib/<figure>.py and <figure>.json for each figure that can be drawn, and returns the scripts'
// paths; what can't be drawn goes to `remarks`. The data are those of core/figures/figure_json.hpp, with the colours.
// Throws Error where a file can't be written.
std::vector<std::string> write_matplotlib(const RunDirectory& run, const std::string& out,
                                          std::vector<std::string>& remarks);

}  // namespace qklab
