// Loads experiments and entries of registries from shared libraries.
#pragma once

#include <string>

#include "core/trial/experiment.hpp"
#include "core/trial/file_identity.hpp"

namespace qklab {

// Loads `path` and adds its experiment and its entries. Throws InputError if it is not a plugin, or was built
// for another ABI version or by another compiler. The library stays loaded.
void load_plugin(const std::string& path);

// The libraries that may have a part in this experiment's trials: its own, if it is a plugin's, and every loaded one that
// adds entries to registries, whether or not a config names these.
FileIdentities plugins_of(const Experiment& experiment);

}  // namespace qklab
