// A page as a script for gnuplot.
#pragma once

#include <string>

#include "core/chart/page.hpp"

namespace qklab {

enum class Terminal { svg, pdf, png };

// A script that writes the page to `output`, a name without a folder, where gnuplot is run.
std::string page_script(const Page& page, Terminal terminal, const std::string& output);

}  // namespace qklab
