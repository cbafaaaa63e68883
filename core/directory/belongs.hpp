// Checks that the present content of a directory and the results to be computed into it belong together.
#pragma once

#include <string>
#include <vector>

#include "core/directory/loaded.hpp"

namespace qklab {

// Throws InputError if the directory holds results of another experiment, or is a reference, before anything
// in it is changed. Another config of the same experiment is accepted: equal trials are shared, others are
// kept beside each other.
void refuse_other_experiment(const std::string& directory, const Config& config);

// Throws InputError if trials of the sweep were computed by another build of its plugin, here or in a
// directory of `besides`.
void refuse_another_build(const Sweep& sweep, const Store& store, const std::vector<std::string>& besides);

// One line for each change since the directory's last run: files that its trials read, and another config or
// preset, whose tables and figures are now replaced.
std::vector<std::string> changes(const Store& store, const ConfigSource& source);

}  // namespace qklab
