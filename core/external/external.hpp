// Any program as an experiment: it declares its parameters and metrics, and answers for one trial after the other.
#pragma once

#include <string>

#include "core/external/command.hpp"
#include "core/trial/experiment.hpp"

namespace qklab {

// The experiment that the command runs, made once for each command and declaration. An empty `declaration` is asked of
// the program; with one that results were stored with, nothing is started before a trial is run. Throws InputError.
const Experiment& external_experiment(const Command& command, std::string& declaration);

}  // namespace qklab
