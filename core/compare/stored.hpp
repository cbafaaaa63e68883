// Finished trials that are to be run again, and what they are compared with.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/compare/replay.hpp"
#include "core/sweep/telling.hpp"

namespace qklab {

struct ReplayRequest {
  std::string target;  // a run directory, a figure's name, or a trial's
  std::size_t trials = 5;
  std::uint64_t seed = 0;  // of the draw
};

struct Stored {
  std::string directory;
  const Experiment* experiment = nullptr;
  Telling telling;
  std::size_t eligible = 0;  // trials that are done or diverged
  std::vector<TrialRecord> chosen;
  MetricSizes sizes;
  bool all_series = true;     // not of a reference, which keeps those that figures and claims read
  FileIdentities files = {};  // that its trials read
};

// Finds the target, here and below results/, and draws trials of it. Throws InputError where there is none,
// or where its trials read files that have changed since.
Stored find_stored(const ReplayRequest& request);

}  // namespace qklab
