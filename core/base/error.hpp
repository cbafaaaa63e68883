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

// One fault of the input.
struct Diagnostic {
  Place place;             // without a file where the message names the input by itself
  std::string message;     // may name the nearest valid name, as did_you_mean writes it
  std::string suggestion;  // that name, or ""

  Diagnostic(Place where, std::string_view what);

  std::string str() const;  // "sweep.yaml:3:7: unknown parameter 'mena' (did you mean 'mean'?)"
};

// The input is wrong, and nothing was written. what() holds one message a line. Exit code 2.
struct InputError : Error {
  std::vector<Diagnostic> diagnostics;

  explicit InputError(const std::string& message);  // a single one, without a place of its own
  explicit InputError(std::vector<Diagnostic> all);
};

// Collects what is wrong, so that all errors of a file are reported at once.
class Diagnostics {
 public:
  void error(const Place& place, std::string_view message);
  bool empty() const { return all_.empty(); }
  const std::vector<Diagnostic>& all() const { return all_; }
  std::vector<std::string> messages() const;  // each with its place
  void throw_if_any() const;                  // throws InputError with all of them

 private:
  std::vector<Diagnostic> all_;
};

// The candidate closest to `name` in edit distance, else one that `name` is another spelling of
// ("learning_rate" for "lr", "n_layers" for "layers"), or "" where none is close enough to be meant.
std::string nearest_name(std::string_view name, std::span<const std::string> candidates);

// " (did you mean 'variance'?)", or "" where no candidate is close.
std::string did_you_mean(std::string_view name, std::span<const std::string> candidates);

}  // namespace qklab
