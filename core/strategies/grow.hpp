// A sweep that grows as it runs, in rounds: by points (refine.hpp) and by replicates of each (replicate.hpp).
#pragma once

#include <string>

#include "core/base/error.hpp"
#include "core/results/results.hpp"
#include "core/sweep/sweep.hpp"

namespace qklab {

// Reports what a config asks for that the experiment or the sweep cannot give.
void check_growth(const Sweep& sweep, Diagnostics& diagnostics);

// The sweep with all that follows from finished trials. Where it has unfinished trials these come first: run
// them and call again, until nothing is added. Points are added by the means over each point's first
// replicates (`min` of them), so that what is added does not depend on which was first.
Sweep grow(const Sweep& sweep, const FinishedTrials& finished);

// Reports a metric that is no scalar of the experiment; `what` asked for it.
void check_scalar(const Experiment& experiment, const std::string& metric, const std::string& what,
                  const Place& place, Diagnostics& diagnostics);
std::size_t scalar_slot(const Experiment& experiment, const std::string& metric);  // of one that there is

}  // namespace qklab
