// Sampling until settled: a sweep whose points get replicates (seeds) until a metric's mean is known well
// enough.
//
// A point begins with `min` replicates. While the half-width of the 95 % interval of the metric's mean
// (Student's t over the point's replicates) is above `ci`, it gets more: as many as that width tells, since
// it falls with the root of their number, at least one and at most as many again. It ends at `max`.
//
// How many a point gets follows from its own finished trials and from nothing else, so that any order of
// trials, any interruption and any shard that has the whole point end with the same.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/error.hpp"
#include "core/results/results.hpp"
#include "core/sweep/sweep.hpp"

namespace qklab {

// The sweep with all replicates that follow from finished trials. Where it has unfinished trials these come
// first: run them and call again, until nothing is added. A sweep without a replication is returned as it is.
// Trials that failed, diverged or have no finite value count as replicates, but not for the mean; a point
// with fewer than two values gets no more.
Sweep replicate(const Sweep& sweep, const FinishedTrials& finished);

// What has become of the points of a sweep that was returned by `replicate`.
struct Replicated {
  std::uint64_t points = 0;
  std::uint64_t fewest = 0, most = 0;  // replicates of a point
  std::uint64_t settled = 0;           // the interval is as narrow as was asked for
  std::uint64_t wide = 0;              // it is not, with `max` replicates
  std::uint64_t without = 0;           // fewer than two values
  std::uint64_t unfinished = 0;

  std::string str() const;  // "12 points with 4 to 64 replicates; 10 settled, 2 still wide at the maximum"
};
Replicated replicated(const Sweep& sweep, const Results& results);

}  // namespace qklab
