// Runs the trials of a sweep that its run directory lacks.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "core/directory/loaded.hpp"
#include "core/run/scheduler.hpp"
#include "core/study/outputs.hpp"

namespace qklab {

struct RunRequest {
  std::string directory = {};  // for the results; created if it does not exist
  Shard shard = {};
  std::string scratch = {};               // run in a folder below this one, and copy back
  std::uint64_t memory = 0;               // bytes; 0: all that this process may use
  std::vector<std::string> besides = {};  // run directories whose finished trials are not run again
  std::size_t jobs = 0;                   // trials at a time; 0: one per usable core
  Rerun rerun = Rerun::none;
  bool mix_builds = false;      // continue with trials of another build of the plugin
  bool fail_fast = false;       // stop at the first trial that failed
  bool fresh = false;           // move earlier results aside
  bool large_is_meant = false;  // allow sweeps of more than 10^7 trials
  std::chrono::milliseconds checkpoint_every = RunOptions{}.checkpoint_every;
};

// Callbacks for a run's messages, in the thread that called run(). Each may be empty.
struct Listener {
  Tell remark = {};                                    // a line for people
  Tell failure = {};                                   // a line about a trial that failed or diverged
  std::function<void(const Progress&)> progress = {};  // about 10 times a second
  std::function<void(const Progress&)> finished = {};  // once, when no trial is running any more
};

struct RunEnd {
  RunOutcome outcome;
  Outputs outputs;  // of a run that was not interrupted
};

// Runs until the sweep is finished or `stop` is set. A sweep that grows, or of which only the best trials
// continue, runs in rounds. Then the outputs are derived. Afterwards `loaded` holds the grown sweep. Finished
// trials are in the directory's run.db however the run ends; logs/ describes the failed ones. Throws
// InputError if the directory belongs to another experiment or another build of the plugin, and Error if it
// cannot be written.
//
// If the outcome says `abandoned`, a trial did not notice the stop: the process must be left by _Exit.
RunEnd run(Loaded& loaded, const RunRequest& request, const Listener& listener,
           const std::atomic<bool>& stop);

}  // namespace qklab
