// Comparing a trial that was run again with what is stored of it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/results/results.hpp"

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

// A metric that is declared as rounded may differ by `rounding` times the largest value of that metric and by
// what is lost where numbers of size 1 cancel, as in 1 - cosine or in a solver's gap.
inline constexpr double rounding = 1e-9, cancelled = 1e-12;

// One message for each metric that differs, with the first place where it does; empty: the trial is the same.
// Numbers of exact metrics must be equal to the last bit, on whatever machine; rounded ones with `bitwise`,
// and else within `tolerance` of their metric's size. Arrays that lie under `directory` are compared with
// `bitwise`. NaN is equal to NaN and to nothing else. Series that `stored` lacks are passed over where it
// holds only some of them (`all_series` is false).
struct Sameness {
  bool bitwise = false;
  double tolerance = rounding;
};
std::vector<std::string> compare_trial(const Experiment& experiment, const TrialRecord& stored,
                                       const Result& again, const std::string& directory,
                                       const Sameness& wanted, const MetricSizes& sizes,
                                       bool all_series = true);

}  // namespace qklab
