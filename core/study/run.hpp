// Running what a run directory lacks of its sweep.
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
  std::string directory = {};  // where results go; made where it is not there
  Shard shard = {};
  std::string scratch = {};               // run in a folder below this one, and copy back
  std::uint64_t memory = 0;               // bytes; 0: all that there is
  std::vector<std::string> besides = {};  // run directories whose finished trials are not run again
  std::size_t jobs = 0;                   // trials at a time; 0: one a core that may be used
  Rerun rerun = Rerun::none;
  bool mix_builds = false;      // go on with trials of another build of the plugin
  bool fail_fast = false;       // stop at the first trial that failed
  bool fresh = false;           // move earlier results aside
  bool large_is_meant = false;  // sweeps of over 10^7 trials are run
  std::chrono::milliseconds checkpoint_every = RunOptions{}.checkpoint_every;
};

// What a run tells while it works, from the thread that called it. Each may be empty.
struct Listener {
  Tell remark = {};                                    // a line for people
  Tell failure = {};                                   // a line that tells of a trial that failed or diverged
  std::function<void(const Progress&)> progress = {};  // about 10 times a second
  std::function<void(const Progress&)> finished = {};  // once, when no trial is running any more
};

struct RunEnd {
  RunOutcome outcome;
  Outputs outputs;  // of a run that was not interrupted
};

// Runs until the sweep is finished or `stop` is set; a sweep that grows, or of which only the best trials go
// on, in rounds. Then derives from its results what people read. `loaded` is the grown sweep afterwards.
// Finished trials are in the directory's run.db whatever ends the run; its logs/ tell of those that failed.
// Throws InputError where the directory belongs to another experiment or another build of the plugin, Error
// where it cannot be written.
//
// Where the outcome says `abandoned`, a trial did not notice the stop: the process has to be left by _Exit.
RunEnd run(Loaded& loaded, const RunRequest& request, const Listener& listener,
           const std::atomic<bool>& stop);

}  // namespace qklab
