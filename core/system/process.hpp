// Runs another program and reads its output. No shell is involved, and its standard input is empty.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace qklab {

struct Process {
  std::vector<std::string> words;        // the program, looked for in PATH, and its arguments
  std::vector<std::string> environment;  // all that it sees, "NAME=value" each
  std::string folder = {};               // that it runs in; "" for this one
  std::chrono::milliseconds limit{0};    // after which it is killed; 0: never
};

struct ProcessEnd {
  int failure = 0;             // errno where it could not be started
  bool overdue = false;        // whether it was killed since it had not ended within its limit
  int signal = 0;              // that killed it, if one did
  int code = 0;                // else its exit code
  std::string output, errors;  // what it wrote to each

  bool well() const { return failure == 0 && signal == 0 && code == 0; }
};

// Runs the program and waits for its end. Signals that this program ignores are not ignored there.
ProcessEnd run_process(const Process& process);

// This process's environment without the variables ("NAME=value") that are `hidden`; `set` comes before them.
std::vector<std::string> environment_without(const std::function<bool(std::string_view)>& hidden,
                                             std::vector<std::string> set);

}  // namespace qklab
