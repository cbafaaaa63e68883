// Loads experiments from shared libraries.
#pragma once

#include <string>

#include "core/trial/experiment.hpp"

namespace qklab {

// Loads `path` and registers its experiment. Throws InputError if it is not a plugin, or was built for
// another ABI version or by another compiler. The library stays loaded.
const Experiment& load_plugin(const std::string& path);

}  // namespace qklab
