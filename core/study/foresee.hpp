// What of a config's figures can be known to go wrong before a trial has run.
#pragma once

#include <string>
#include <vector>

#include "core/figures/figure.hpp"

namespace qklab {

struct Foreseen {
  std::vector<std::string>
      errors;  // "FILE:LINE:COLUMN: ..." of a figure that can't be drawn, whatever the results
  std::vector<std::string> remarks;  // one that this sweep has no trial for
};

// A value of at most 0 that is to stand on a log axis; a parameter that varies at one point of a figure,
// which would be averaged over. Looks at every trial of the sweep, as far as it is known before it grows.
Foreseen foresee(const Sweep& sweep, const std::vector<Figure>& figures);

}  // namespace qklab
