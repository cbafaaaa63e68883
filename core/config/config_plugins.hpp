// The plugins that a config's file names.
#pragma once

#include "core/config/config.hpp"

namespace qklab {

// Loads what `plugin:` names, a path or a list of paths relative to the folder of the config's file. Throws InputError
// with its position for one that cannot be loaded. Only a file that the user names is treated so: to open a run
// directory of somebody else's must not run what that directory names.
void load_plugins_of(const ConfigSource& source);

}  // namespace qklab
