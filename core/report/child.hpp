// Running another program and reading what it says, without a shell and without the user's settings of it.
#pragma once

#include <string>
#include <vector>

namespace qklab {

struct ChildEnd {
  int failure = 0;  // errno where it could not be started
  std::string how;  // "" where it ended with 0; else "exit 1", "killed by signal 9"
  std::string output, errors;
};

// In `folder`, "" for this one. Its environment is this process's but for what would change what figures look
// like: gnuplot's variables, languages, the time zone, displays.
ChildEnd run_child(const std::vector<std::string>& command, const std::string& folder);

}  // namespace qklab
