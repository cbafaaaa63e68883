// `run --fresh`: the previous content of a run directory is kept beside it.
#pragma once

#include <string>

namespace qklab {

// Renames the directory to DIR.before-N and creates an empty one in its place. A link stays, and the folder
// that it points to is renamed. Returns the new name, "" if there was no directory. Throws Error if a run is
// writing to it, and InputError for a folder that is not a run directory or cannot be moved.
std::string move_aside(const std::string& directory);

}  // namespace qklab
