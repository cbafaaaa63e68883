// Settings from the command line: mean=0.5, mean=0,0.5,1, mean=linspace(0,1,5), seeds=4, name=other.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/config/layer.hpp"

namespace qklab {

struct Overrides {
  Layer layer;
  std::optional<std::string> name;
};

// Each argument is KEY=VALUE. The key of a parameter may also be written params.KEY or sweep.KEY, with the
// same meaning. Errors name the argument. Using a key twice is an error.
Overrides read_overrides(const std::vector<std::string>& arguments, const Schema& schema,
                         Diagnostics& diagnostics);

}  // namespace qklab
