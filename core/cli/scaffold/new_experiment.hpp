// Writing an experiment to start from: source, config and test.
#pragma once

#include <string>

namespace qklab {

// Throws InputError for a name that C++, CMake or YAML takes for something else, and for one that is taken.
void check_experiment_name(const std::string& name);

// A folder with a plugin, which CMake builds. Prints what was written and how to go on. Throws InputError
// where any of it is there already; nothing is written then.
void new_plugin(const std::string& name, const std::string& directory);

// Into qklab's own source, whose root is the current folder.
void new_in_tree(const std::string& name);

}  // namespace qklab
