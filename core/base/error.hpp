// Errors that the user can act on, and the collector that reports all errors of a file at once.
#pragma once

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace qklab {

// Something failed during the work (a trial, the store, a tool that we call). Exit code 1.
struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The input is wrong, and nothing was written. what() holds one message a line. Exit code 2.
struct InputError : Error {
  using Error::Error;
};

// Thrown by work that noticed a request to stop. It is not an error: no message is shown for it.
struct Cancelled {};

// A position in the input. Line and column count from 1; 0 means that there is none, as for a command line
// argument, whose `file` is "argument 'mean=0'" instead.
struct Place {
  std::string file;
  int line = 0;
  int column = 0;

  std::string str() const;  // "sweep.yaml:3:7"
};

// Collects messages, so that all errors of a file are reported at once.
class Diagnostics {
 public:
  void error(const Place& place, std::string_view message);
  bool empty() const { return messages_.empty(); }
  const std::vector<std::string>& messages() const { return messages_; }
  void throw_if_any() const;  // throws InputError with every message, one a line

 private:
  std::vector<std::string> messages_;
};

// The candidate closest to `name` in edit distance, else one that `name` is another spelling of
// ("learning_rate" for "lr", "n_layers" for "layers"), or "" where none is close enough to be meant.
std::string nearest_name(std::string_view name, std::span<const std::string> candidates);

// " (did you mean 'variance'?)", or "" where no candidate is close.
std::string did_you_mean(std::string_view name, std::span<const std::string> candidates);

}  // namespace qklab
