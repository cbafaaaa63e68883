// How a trial is described to people: the parameters that distinguish it, written like overrides.
#pragma once

#include <string>
#include <vector>

#include "core/sweep/sweep.hpp"

namespace qklab {

// "dim=64 mean=0.5", for the given parameters.
std::string parameters_text(const Parameters& params, const std::vector<std::size_t>& which);

// The parameters in which the trials of a sweep differ, in schema order, including the seed if it varies. If
// there is only one trial, the parameters that the config sets.
std::vector<std::size_t> telling_parameters(const Sweep& sweep);

class Telling {
 public:
  Telling() = default;  // for an unknown sweep: all parameters
  explicit Telling(const Sweep& sweep);

  std::string text(const Parameters& params) const { return parameters_text(params, which_); }
  // Describes parameters stored as JSON in run.db; text that is not such JSON is returned unchanged.
  std::string text_of_json(const std::string& params) const;

 private:
  bool known_ = false;
  std::vector<std::size_t> which_;
  std::vector<std::string> names_;
};

}  // namespace qklab
