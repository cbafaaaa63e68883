// Loads experiments and entries of registries from shared libraries.
#pragma once

#include <string>

#include "core/trial/experiment.hpp"

namespace qklab {

// Loads `path` and adds its experiment and its entries. Throws InputError if it is not a plugin, or was built
// for another ABI version or by another compiler. The library stays loaded.
void load_plugin(const std::string& path);

}  // namespace qklab
