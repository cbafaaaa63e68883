// Calls another program and reads its output.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace qklab {

struct Called {
  int code;            // exit code; 127 if the program could not be started
  std::string output;  // standard output: the answer
  std::string notes;   // standard error: for people, never part of the answer

  std::string str() const;  // "exit 1: ..." with its output, for messages
};

// Calls a program and waits for its end. No shell is involved. Its messages are those of the C locale.
// Environment variables whose names begin with `hidden`, which would change its answer, are removed.
Called call(const std::vector<std::string>& command, std::string_view hidden = {});

// The text as a word of a shell command: bare if that is safe, otherwise in single quotes.
std::string shell_quoted(const std::string& text);
std::string shell_line(const std::vector<std::string>& command);

}  // namespace qklab
