// What is told of a trial to people: the parameters that tell it from others, as overrides are written.
#pragma once

#include <string>
#include <vector>

#include "core/sweep/sweep.hpp"

namespace qklab {

// "dim=64 mean=0.5", of these parameters.
std::string parameters_text(const Parameters& params, const std::vector<std::size_t>& which);

// The parameters in which the trials of a sweep differ, in schema order, the seed included where it varies.
// Where there is one trial, those that the config sets.
std::vector<std::size_t> telling_parameters(const Sweep& sweep);

class Telling {
 public:
  Telling() = default;  // of a sweep that is not known: all parameters
  explicit Telling(const Sweep& sweep);

  std::string text(const Parameters& params) const { return parameters_text(params, which_); }
  // Of parameters as run.db holds them; text that is no such JSON is returned as it is.
  std::string text_of_json(const std::string& params) const;

 private:
  bool known_ = false;
  std::vector<std::size_t> which_;
  std::vector<std::string> names_;
};

}  // namespace qklab
