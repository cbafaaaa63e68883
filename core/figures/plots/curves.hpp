// The data of line and band, and what both draw beside the curves.
#pragma once

#include <string>
#include <vector>

#include "core/figures/plots/curve_layers.hpp"

namespace qklab {

// Means over seeds along x, a parameter or the index of the figure's series.
void fill_curves(const Figure& figure, const Results& results, const Trials& trials, FigureData& data);

// What stands beside the curves of a panel: theory dashed in their colours, and baselines dotted. Curves with
// the same baseline have one grey line for it.
void add_beside(std::vector<PlotLayer>& layers, const CurvePage& frame, const Figure& figure,
                const Panel& panel, double theory_width);
// What `add_beside` has drawn, for the legend. Theory has its own label where a baseline stands beside it.
std::vector<LegendEntry> legend_of_beside(const Figure& figure, const FigureData& data);
// The same in words: "dashed: floor, dotted: no attention".
std::string keys_of_beside(const Figure& figure, const FigureData& data);

}  // namespace qklab
