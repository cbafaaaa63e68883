// A figure's numbers for report.html.
#pragma once

#include <string>

#include "core/figures/figure.hpp"

namespace qklab {

// An object that core/report/page/figures.js draws. Of a figure that can't be drawn: its name and the error.
std::string figure_json(const Figure& figure, const Results& results);

}  // namespace qklab
