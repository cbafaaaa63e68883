// Calling another program and reading what it prints.
#pragma once

#include <string>
#include <vector>

namespace qklab {

struct Called {
  int code;            // exit code; 127 where the program could not be started
  std::string output;  // standard output and error
};

// Waits for its end. No shell is involved.
Called call(const std::vector<std::string>& command);

// As an argument in a shell script: bare where that is safe, within '' otherwise.
std::string shell_quoted(const std::string& text);
std::string shell_line(const std::vector<std::string>& command);

}  // namespace qklab
