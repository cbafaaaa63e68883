// Reads the keys that only heatmaps have: metrics, contours, an outline.
#pragma once

#include <string>

#include "core/figures/figure.hpp"
#include "core/yaml/yaml.hpp"

namespace qklab {

// `at` picks one number of series. All errors go to the reader's diagnostics.
void read_heatmap(MapReader& map, Figure& figure, const Experiment& experiment, const std::string& at);

}  // namespace qklab
