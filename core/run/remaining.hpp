// How long a run will still take.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace qklab {

// What trials took, and their costs: what others will take is in proportion.
struct Pace {
  double seconds = 0, cost = 0;

  void add(double more_seconds, double more_cost) {
    seconds += more_seconds;
    cost += more_cost;
  }
  // NaN as long as nothing is known.
  double seconds_of(double of) const { return of > 0 ? of * seconds / cost : 0; }
};

// The seconds until the last of a run's trials ends, if each idle worker takes the next one.
// `running`: seconds that the trials under way still need. `next`: those of the trials that are begun next, in
// their order. `rest`: the sum over all trials after these. NaN if one of these is not known.
double remaining_seconds(std::vector<double> running, std::span<const double> next, double rest,
                         std::size_t workers);

}  // namespace qklab
