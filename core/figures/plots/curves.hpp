// The data of line and band.
#pragma once

#include "core/figures/figure_data.hpp"

namespace qklab {

// Means over seeds along x, a parameter or the index of the figure's series.
void fill_curves(const Figure& figure, const Results& results, const Trials& trials, FigureData& data);

}  // namespace qklab
