// How two runs differ: configs, scalars with intervals, claims.
#pragma once

#include <string>
#include <vector>

#include "core/compare/trials_by_name.hpp"
#include "core/stats/intervals.hpp"

namespace qklab {

// What the configs say differently, a line each: experiment, version, preset, overrides, and the values that
// parameters take.
std::vector<std::string> config_differences(const TrialsByName& a, const TrialsByName& b);

// Of one scalar, over the points (parameters that both have, but the seed) at which both runs have results.
struct ScalarDifference {
  std::string metric;
  std::size_t points = 0,
              trials = 0;         // trials: pairs with the same seed, or the smaller number of each point
  bool equal = false;             // to the bit, in every pair
  bool paired = false;            // by seed; otherwise seeds differ and samples are taken as independent
  double mean_a = 0, mean_b = 0;  // over points, of means over seeds
  Estimate difference;            // b - a, over points; its error is that of the seeds
  std::string largest_at;         // the point of the largest absolute difference: "mean=0 variance=1"
  double largest = 0;
};
std::vector<ScalarDifference> scalar_differences(const TrialsByName& a, const TrialsByName& b);

// Verdicts that changed, a line each, from the text of both claims.json ("" where there is none).
std::vector<std::string> claim_differences(const std::string& a, const std::string& b);

}  // namespace qklab
