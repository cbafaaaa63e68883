// Runs trials on the cores and hands finished ones to a single writer.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/store/store.hpp"
#include "core/strategies/strategy.hpp"
#include "core/sweep/shard.hpp"

namespace qklab {

struct Progress {
  std::uint64_t total = 0, done = 0, failed = 0, diverged = 0, pruned = 0;  // of this call
  std::uint64_t resumed = 0;                                                // finished before this call
  double seconds = 0;                                                       // since this call began
  // Expected costs, in the experiment's unit; a trial is 1 where it has none. Of a trial under way that tells
  // how far it is, its share counts as done, and what an earlier run did of it does not count at all.
  double work = 0, work_done = 0;
  std::vector<RunningTrial> running;  // trials under way that tell how far they are

  std::uint64_t finished() const { return done + failed + diverged + pruned; }
  double rate() const;         // trials a second
  double eta_seconds() const;  // NaN where unknown
};

// Which finished trials to run again; `none` resumes.
enum class Rerun { none, failed, diverged, all };
bool runs_again(Status status, Rerun rerun);

struct RunOptions {
  Shard shard;                       // the part of the sweep to run
  std::vector<std::string> besides;  // run directories: what these have finished is not run again
  Rerun rerun = Rerun::none;
  std::optional<Round> round;  // of a pruned sweep: these trials are run, and `rerun` is not looked at
  std::size_t jobs = 0;        // 0: one a core that may be used
  std::uint64_t memory = 0;    // bytes that trials may use together; 0: all that this process may use
  bool fail_fast = false;      // stop at the first trial that failed (not at one that diverged)
  // Called from the thread that called run_trials.
  std::function<void(const Progress&)> on_progress;                 // about 10 times a second
  std::function<void(const TrialSpec&, const Result&)> on_failure;  // as it happens
  std::string directory;  // for arrays/<trial>/<name>.npy and checkpoints/<trial>; empty: neither
  std::chrono::milliseconds checkpoint_every{10000};  // of long trials
  std::chrono::milliseconds grace{2000};              // for trials in flight to notice a stop
};

struct RunOutcome {
  Progress progress;
  bool interrupted = false;  // stopped on request: finished trials are kept
  bool failed_fast = false;  // RunOptions::fail_fast has kept the rest from being run
  bool abandoned = false;    // some trials did not notice the stop within the grace period: the caller
                             // must leave the process by _Exit
};

// Runs what `store` lacks of `sweep`, longest expected first. Returns when all is written. `stop` may be
// set at any time, by a signal handler as well. Throws Error where the store or an array cannot be written
// (a full disk); everything committed before stays.
//
// Trials run in `jobs` threads. The calling thread writes: it commits what has finished in the last few
// milliseconds in one transaction, so that a crash loses no more than these and the trials in flight.
RunOutcome run_trials(const Sweep& sweep, Store& store, const RunOptions& options,
                      const std::atomic<bool>& stop);

// Runs one trial in this thread; exceptions become a failed result, but Cancelled passes.
Result run_trial(const Experiment& experiment, const TrialSpec& spec, const std::atomic<bool>& stop,
                 Checkpoint* checkpoint = nullptr, std::optional<std::uint64_t> stop_at = {},
                 TrialProgress* progress = nullptr);

}  // namespace qklab
