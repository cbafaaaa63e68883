// Confirmation: the trials that claims read, on seeds that no exploring run draws.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "core/study/run.hpp"

namespace qklab {

// What `confirm` would do. Nothing has been written.
struct ConfirmPlan {
  Loaded exploring;                      // the directory whose verdicts are to be confirmed
  Loaded reserved;                       // its claims and the trials that they read, on reserved seeds
  std::string directory;                 // of the exploring run
  RunRequest request;                    // for the confirming run, into DIR/confirm
  std::uint64_t trials = 0, to_run = 0;  // of the confirming run
  double seconds = 0;                    // what they may take, by the mean over exploring trials; 0: unknown
  std::vector<std::string> remarks = {};
};

// Checks everything. `request` gives jobs, shard and so on; its directory is ignored, and `fresh` draws another
// range of reserved seeds. Throws InputError if the directory reserves no seeds, its exploring run is not
// finished, files or plugins have changed since, or reserved seeds were judged and the claims, or the number
// of seeds, are others now: reserved seeds are drawn once.
ConfirmPlan plan_confirmation(const std::string& directory, const RunRequest& request);

struct ConfirmEnd {
  RunEnd reserved;  // of the confirming run
  Outputs outputs;  // of the exploring directory, with the verdicts' standing
  bool judged = false;
};

// Runs what the confirming run lacks. Once it is complete, its verdicts are written there, and the standing of
// the exploring verdicts into the exploring directory, which nobody else can write meanwhile. Throws like run.
ConfirmEnd confirm(ConfirmPlan& plan, const Listener& listener, const std::atomic<bool>& stop);

}  // namespace qklab
