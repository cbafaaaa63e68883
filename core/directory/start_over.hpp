// `run --fresh`: what a run directory holds is kept beside it.
#pragma once

#include <string>

namespace qklab {

// Renames the directory to DIR.before-N and leaves an empty one in its place; a link stays one, and what it
// points to is renamed. Returns the new name, "" where there was nothing. Throws Error where a run is writing
// it, and InputError for a folder that is no run directory or cannot be moved.
std::string move_aside(const std::string& directory);

}  // namespace qklab
