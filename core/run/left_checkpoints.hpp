// Files of trials that nothing goes on from any more.
#pragma once

#include <string>

#include "core/store/store.hpp"

namespace qklab {

// Removes from <directory>/checkpoints what a run left that was killed while it saved, or after it had stored
// a trial and before it removed that trial's file.
void remove_left_checkpoints(const std::string& directory, const Store& store);

}  // namespace qklab
