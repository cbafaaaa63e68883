// Experiments that belong to a config, and not to the program.
#pragma once

#include "core/trial/experiment.hpp"

namespace qklab {

// Keeps the experiment to the end of the program. It is checked like a registered one and gets a seed, but it is found
// by no name, so that there may be several of one name. Throws Error if the declaration contradicts itself.
const Experiment& keep_unlisted(Experiment experiment);

}  // namespace qklab
