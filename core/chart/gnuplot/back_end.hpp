// Pages drawn by gnuplot: SVG, PDF and PNG.
#pragma once

#include "core/chart/back_end.hpp"

namespace qklab {

const BackEnd& gnuplot();

}  // namespace qklab
