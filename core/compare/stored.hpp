// Finished trials that are to be run again, with their stored results.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "core/compare/replay.hpp"
#include "core/sweep/telling.hpp"

namespace qklab {

struct ReplayRequest {
  std::string target;  // a run directory, the name of a figure, or the name of a trial
  std::size_t trials = 5;
  std::uint64_t seed = 0;  // of the random choice of trials
};

struct Stored {
  std::string directory;
  const Experiment* experiment = nullptr;
  Telling telling;
  std::size_t eligible = 0;  // trials that are done or diverged
  std::vector<TrialRecord> chosen;
  MetricSizes sizes;
  bool all_series = true;     // false for a reference, which keeps the series of figures and claims
  FileIdentities files = {};  // files that its trials read
};

// Finds the target, here and below results/, and chooses trials at random. Throws InputError if there is no
// such target, or if its trials read files that have changed since.
Stored find_stored(const ReplayRequest& request);

// Runs one of the chosen trials again, in this thread. Returns one line for each metric that differs.
std::vector<std::string> replay_trial(const Stored& stored, const TrialRecord& trial, const Sameness& wanted,
                                      const std::atomic<bool>& stop);

}  // namespace qklab
