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
  std::size_t undrawn = 0;  // of which a part or all could not be made
};

// Into <directory>/figures. Figures that are there, drawn from what they would be drawn from again, stay as
// they are, unless somebody has edited them. One that can't be drawn, as all its trials failed or gnuplot
// did, is told on stderr; the others are drawn all the same. Files of figures in `known` that the config no
// longer has are removed, others that belong to no figure are told. Throws InputError where a config is at
// fault.
DrawnFigures draw_figures(const Loaded& loaded, const Results& results, const std::string& directory,
                          const FigureRecord& known, const Tell& tell);

}  // namespace qklab
