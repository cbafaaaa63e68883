// What an experiment declares, for other programs.
#pragma once

#include <string>

#include "core/trial/experiment.hpp"

namespace qklab {

// A JSON object with name, version, doc, and a list each of parameters, scalars, series and arrays. Ranges that are
// infinite or not declared are null; a default that is derived from other parameters is a text such as "sqrt(dim)".
std::string description_json(const Experiment& experiment);

}  // namespace qklab
