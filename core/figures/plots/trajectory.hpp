// Trajectories: one series over another, from a ring at the first index to a dot at the last; over a heatmap
// in greys, where the figure names one.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/figures/figure_data.hpp"

namespace qklab {

struct TrajectoryKeys {
  Quantity x;
  std::optional<std::string> over;  // the heatmap's name
  Place place;                      // of the key that says so
  std::shared_ptr<const Figure> map = {};
};

// What FigureData::own has where there is a heatmap.
struct Beneath {
  FigureData data;
};

}  // namespace qklab
