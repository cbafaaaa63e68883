// The verdicts of several figures in one table.
#pragma once

#include <string>
#include <vector>

#include "core/study/outputs.hpp"

namespace qklab {

struct FigureEnd {
  const Loaded* loaded;
  Outputs outputs;
};

// A line for each claim: figure, claim, verdict, and whether it falls short of what is demanded; for a figure
// without verdicts one that says why. With `color`, verdicts are coloured by ANSI escapes.
std::string overview(const std::vector<FigureEnd>& figures, bool color);

}  // namespace qklab
