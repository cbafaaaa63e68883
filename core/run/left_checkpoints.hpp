// Removes checkpoints that no trial will use any more.
#pragma once

#include <string>

#include "core/store/store.hpp"

namespace qklab {

// Cleans <directory>/checkpoints after a run that was killed while it saved a checkpoint, or after it had
// stored a trial and before it removed the trial's checkpoint.
void remove_left_checkpoints(const std::string& directory, const Store& store);

}  // namespace qklab
