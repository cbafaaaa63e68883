// Writes a new experiment as a starting point: source, config and test.
#pragma once

#include <string>

namespace qklab {

// Throws InputError for a name that has another meaning in C++, CMake or YAML, and for an existing
// experiment.
void check_experiment_name(const std::string& name);

// Writes a folder with a plugin, which CMake builds. Prints what was written and what to do next. Throws
// InputError, and writes nothing, if one of the files exists already.
void new_plugin(const std::string& name, const std::string& directory);

// Writes into qklab's own source tree, whose root is the current folder.
void new_in_tree(const std::string& name);

}  // namespace qklab
