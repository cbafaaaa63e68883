// Comparing a trial that was run again with what is stored of it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/sweep/results.hpp"

namespace qklab {

// The largest finite size of every scalar and every series, in declared order.
class MetricSizes {
 public:
  explicit MetricSizes(const Experiment& experiment)
      : scalars(experiment.scalars.size()), series(experiment.series.size()) {}
  void include(const TrialRecord& trial);

  std::vector<double> scalars, series;
  std::map<std::string, double, MemberLess> members;  // of families
};

// One message for each metric that differs, with the first place where it does; empty: the trial is the same.
// With a tolerance of 0 every number must be equal to the last bit, and so must the arrays that lie under
// `directory`. Else numbers may differ by `tolerance` times the size of their metric, and arrays are not
// compared. NaN is equal to NaN and to nothing else. Series that `stored` lacks are passed over where it
// holds only some of them (`all_series` is false).
std::vector<std::string> compare_trial(const Experiment& experiment, const TrialRecord& stored,
                                       const Result& again, const std::string& directory, double tolerance,
                                       const MetricSizes& sizes, bool all_series = true);

}  // namespace qklab
