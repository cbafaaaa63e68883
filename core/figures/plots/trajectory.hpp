// Trajectories: one series over another, from a ring at the first index to a dot at the last; over a heatmap
// in greys, where the figure names one.
#pragma once

#include "core/figures/plots/beneath.hpp"

namespace qklab {

struct TrajectoryKeys {
  Quantity x;
  OverMap over;
};

}  // namespace qklab
