// Runs another program and reads its output. No shell is involved, and its standard input is empty.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace qklab {

struct Process {
  std::vector<std::string> words;        // the program, which is searched in PATH, and its arguments
  std::vector<std::string> environment;  // all variables that it sees, each "NAME=value"
  std::string folder = {};               // the folder in which it runs; "" for the current one
  std::chrono::milliseconds limit{0};    // it is killed after this time; 0: never
};

struct ProcessEnd {
  int failure = 0;             // errno if it could not be started
  bool overdue = false;        // whether it was killed because it exceeded its limit
  int signal = 0;              // the signal that killed it, or 0
  int code = 0;                // its exit code if no signal killed it
  std::string output, errors;  // what it wrote to standard output and standard error

  bool well() const { return failure == 0 && signal == 0 && code == 0; }
};

// Runs the program and waits for its end. Signals that this program ignores are not ignored there.
ProcessEnd run_process(const Process& process);

// This process's environment without the variables ("NAME=value") that are `hidden`; `set` comes before them.
std::vector<std::string> environment_without(const std::function<bool(std::string_view)>& hidden,
                                             std::vector<std::string> set);

}  // namespace qklab
