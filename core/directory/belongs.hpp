// Whether what a directory holds and what is to be computed into it belong together.
#pragma once

#include <string>
#include <vector>

#include "core/directory/loaded.hpp"

namespace qklab {

// Throws InputError where the directory holds results of another experiment, or is a reference, before any of
// it is touched. Another config of the same experiment is taken: equal trials are one, others lie side by
// side.
void refuse_anothers(const std::string& directory, const Config& config);

// Throws InputError where trials of the sweep were computed by another build of its plugin, here or in a
// directory `besides`.
void refuse_another_build(const Sweep& sweep, const Store& store, const std::vector<std::string>& besides);

// What is to be said of what has changed since the directory's last run, a line each: files that its trials
// read, and another config or preset whose tables and figures are now replaced.
std::vector<std::string> changes(const Store& store, const ConfigSource& source);

}  // namespace qklab
