// Trials that failed, diverged, were pruned or have not run: a figure leaves them out, and shows where they would be.
#pragma once

#include <string>
#include <vector>

#include "core/figures/figure_data.hpp"

namespace qklab {

// By the place where they would be: facet, curve and x. Along an index x is where a trial that had numbers ended.
std::vector<Lost> lost_places(const Figure& figure, const Trials& lost,
                              const std::vector<const Parameters*>& not_run, const Experiment& experiment);

// A panel without curves for each value of the facet parameter of which no trial is done.
void add_lost_panels(const Figure& figure, const Experiment& experiment, FigureData& data);

// "3 trials left out: 2 failed, 1 diverged"; "" where none is.
std::string left_out_text(const FigureData& data);

// Whether these trials belong into the panel. All do where panels show different metrics of the same trials.
bool is_lost_in(const Lost& lost, const Panel& panel);

}  // namespace qklab
