// Adaptive refinement: a sweep that grows, generation by generation, where a metric crosses a threshold.
//
// The grid is cut into cells, between neighbouring values of its one or two axes. A cell is crossed where the
// metric (mean over seeds) is below the threshold at one corner and not below it at another. Each generation
// halves the crossed cells of the one before along every axis, those with the largest step first, until the
// budget is spent. An axis with evenly spaced logarithms is halved at the geometric mean.
//
// What a generation holds follows from the finished trials of those before it and from nothing else, so that
// any order of trials and any interruption end with the same sweep.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/error.hpp"
#include "core/results/results.hpp"
#include "core/sweep/sweep.hpp"

namespace qklab {

// Reports a metric that is no scalar of the experiment, and a sweep that varies anything but one or two real
// parameters, each on an axis of its own, and the seed.
void check_refinement(const Sweep& sweep, Diagnostics& diagnostics);

// The sweep's grid with all points that follow from finished trials. Where it has unfinished trials these
// come first: run them and call again, until nothing is added. A sweep without refinement is returned as it
// is. A cell with a corner that failed, diverged or is left out by `where` is not crossed.
Sweep refine(const Sweep& sweep, const FinishedTrials& finished);

}  // namespace qklab
