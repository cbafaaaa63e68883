// Calling another program and reading what it prints.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace qklab {

struct Called {
  int code;            // exit code; 127 where the program could not be started
  std::string output;  // standard output: the answer
  std::string notes;   // standard error: meant for people, and never a part of the answer

  std::string str() const;  // "exit 1: ..." with whatever it said, for messages
};

// Waits for its end. No shell is involved. Its words are those of the C locale, whatever the user's; and it
// sees no variable of the environment whose name begins with `hidden`, which would change what it answers.
Called call(const std::vector<std::string>& command, std::string_view hidden = {});

// As an argument in a shell script or a line to be copied: bare where that is safe, within '' otherwise.
std::string shell_quoted(const std::string& text);
std::string shell_line(const std::vector<std::string>& command);

}  // namespace qklab
