// What tests read their keys of a claim with.
#pragma once

#include <string>
#include <string_view>

#include "core/claims/claim.hpp"

namespace qklab {

// `claim` has its test and metric, and those keys that all claims have. Errors go to the map's diagnostics.
struct ClaimReader {
  MapReader& map;
  const Experiment& experiment;
  Claim& claim;

  // At the key where it is given, else at the claim.
  void error(std::string_view key, const std::string& message);
  void limits();   // at_least and at_most, one of them at least
  void against();  // the other side, where there is one
  // A series must be told which of its numbers counts, where the test wants one number a trial.
  void needs_one_number();
  double not_negative(std::string_view key, double value);  // returns it; an error where it is negative
};

}  // namespace qklab
