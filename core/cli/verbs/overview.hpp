// A table with the verdicts of several figures.
#pragma once

#include <string>
#include <vector>

#include "core/study/outputs.hpp"

namespace qklab {

struct FigureEnd {
  const Loaded* loaded;
  Outputs outputs;
};

// One line per claim: figure, claim, verdict, and whether it falls short of what is demanded. A figure
// without verdicts gets a line that says why. With `color`, ANSI escapes colour the verdicts.
std::string overview(const std::vector<FigureEnd>& figures, bool color);

}  // namespace qklab
