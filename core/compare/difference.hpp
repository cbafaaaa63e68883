// The differences between two runs: configs, scalars with intervals, claims.
#pragma once

#include <string>
#include <vector>

#include "core/compare/trials_by_name.hpp"
#include "core/stats/intervals.hpp"

namespace qklab {

// One line for each difference between the configs: experiment, version, preset, overrides, and the values of
// parameters.
std::vector<std::string> config_differences(const TrialsByName& a, const TrialsByName& b);

// The difference in one scalar, over the points (equal parameters without the seed) at which both runs have
// results.
struct ScalarDifference {
  std::string metric;
  std::size_t points = 0,
              trials = 0;         // pairs with the same seed, or the smaller number at each point
  bool equal = false;             // to the bit, in every pair
  bool paired = false;            // by seed; otherwise seeds differ and samples count as independent
  double mean_a = 0, mean_b = 0;  // means over points of means over seeds
  Estimate difference;            // b - a, over points; its error comes from the seeds
  std::string largest_at;         // the point with the largest absolute difference: "mean=0 variance=1"
  double largest = 0;
};
std::vector<ScalarDifference> scalar_differences(const TrialsByName& a, const TrialsByName& b);

// One line for each verdict that changed, from the text of both claims.json ("" if there is none).
std::vector<std::string> claim_differences(const std::string& a, const std::string& b);

}  // namespace qklab
