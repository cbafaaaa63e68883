// A program that is run as an experiment, as a config names it.
#pragma once

#include <string>
#include <vector>

namespace qklab {

struct Command {
  std::vector<std::string> words;
  double limit = 0;  // seconds that a trial may take; 0: as long as it wants

  bool operator==(const Command&) const = default;
};

}  // namespace qklab
