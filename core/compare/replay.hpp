// Compares a trial that was run again with its stored result.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/results/results.hpp"

namespace qklab {

// The largest finite absolute value of every scalar and every series, in declared order.
class MetricSizes {
 public:
  explicit MetricSizes(const Experiment& experiment)
      : scalars(experiment.scalars.size()), series(experiment.series.size()) {}
  void include(const TrialRecord& trial);

  std::vector<double> scalars, series;
  std::map<std::string, double, MemberLess> members;  // for families
};

// A metric that is declared as rounded may differ by `rounding` times the metric's largest value, plus
// `cancelled`, the error left when numbers of size 1 cancel, as in 1 - cosine or in a solver's gap.
inline constexpr double rounding = 1e-9, cancelled = 1e-12;

// One message for each metric that differs, with the first position where it does; empty: the trial is the
// same. Exact metrics must be equal to the last bit on every machine. Rounded ones must be so if `bitwise`,
// and otherwise agree within `tolerance` of their metric's size. Arrays under `directory` are compared if
// `bitwise`. NaN is equal only to NaN, but a metric that was declared later (Metric::added_later) and is not stored
// is skipped. If `stored` holds only some of the series (`all_series` is false), the missing ones are
// skipped.
struct Sameness {
  bool bitwise = false;
  double tolerance = rounding;
};
std::vector<std::string> compare_trial(const Experiment& experiment, const TrialRecord& stored,
                                       const Result& again, const std::string& directory,
                                       const Sameness& wanted, const MetricSizes& sizes,
                                       bool all_series = true);

}  // namespace qklab
