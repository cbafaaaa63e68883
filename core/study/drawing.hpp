// Draws all figures of a config.
#pragma once

#include <functional>
#include <string>

#include "core/directory/loaded.hpp"
#include "core/directory/manifest.hpp"

namespace qklab {

// Receives one line for the user.
using Tell = std::function<void(const std::string&)>;

struct DrawnFigures {
  FigureRecord record;
  std::size_t undrawn = 0;  // figures that could not be drawn, or only in part
};

// Draws into <directory>/figures. An existing figure stays if it was drawn from the same sources and nobody
// has edited it. A figure that cannot be drawn, because all its trials failed or gnuplot did, is reported,
// and the others are drawn nevertheless. Files of figures in `known` that the config no longer has are
// removed; other files that belong to no figure are reported. Throws InputError if a config is at fault.
DrawnFigures draw_figures(const Loaded& loaded, const Results& results, const std::string& directory,
                          const FigureRecord& known, const Tell& tell);

}  // namespace qklab
