// Runs trials on all cores and hands finished ones to a single writer.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
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
  // Expected costs, in the experiment's unit; each trial counts 1 if it declares none. A running trial that
  // reports its progress counts with the share that is done; what an earlier run did of it does not count at
  // all.
  double work = 0, work_done = 0;
  std::vector<RunningTrial> running;  // running trials that report their progress
  // Seconds until all is done: of running trials by the pace of their steps, of others by their costs and by
  // what finished ones took. NaN as long as nothing is known.
  double left = std::numeric_limits<double>::quiet_NaN();

  std::uint64_t finished() const { return done + failed + diverged + pruned; }
  double rate() const;         // trials a second
  double eta_seconds() const;  // `left`, or else by the work that is done; NaN if unknown
};

// Which finished trials are run again; `none` resumes.
enum class Rerun { none, failed, diverged, all };
bool runs_again(Status status, Rerun rerun);
Rerun rerun_named(std::string_view name);  // "failed", "diverged" or "all"

struct RunOptions {
  Shard shard;                       // the part of the sweep to run
  std::vector<std::string> besides;  // run directories whose finished trials are not run again
  Rerun rerun = Rerun::none;
  std::optional<Round> round;  // for a pruned sweep: runs these trials, and ignores `rerun`
  std::size_t jobs = 0;        // 0: one per usable core
  std::uint64_t memory = 0;    // bytes that trials may use together; 0: all that this process may use
  bool fail_fast = false;      // stop at the first trial that failed (diverged ones do not count)
  // Callbacks run in the thread that called run_trials.
  std::function<void(const Progress&)> on_progress;                 // about 10 times a second
  std::function<void(const TrialSpec&, const Result&)> on_failure;  // at once
  std::string directory;  // for arrays, files and checkpoints of trials; empty: none is written
  std::chrono::milliseconds checkpoint_every{10000};  // for long trials
  std::chrono::milliseconds grace{2000};              // how long a stop waits for running trials
};

struct RunOutcome {
  Progress progress;
  bool interrupted = false;  // stopped on request: finished trials are kept
  bool failed_fast = false;  // RunOptions::fail_fast has stopped the run
  bool abandoned = false;    // some trials did not notice the stop within the grace period: the caller
                             // must leave the process by _Exit
};

// Runs the trials of `sweep` that `store` lacks, those with the longest expected time first. Returns when all
// results are written. `stop` may be set at any time, also by a signal handler. Throws Error if the store or
// an array cannot be written (a full disk); everything committed before stays.
//
// Trials run in `jobs` threads. The calling thread writes: it commits what has finished in the last few
// milliseconds in one transaction, so that a crash loses no more than these trials and the running ones.
RunOutcome run_trials(const Sweep& sweep, Store& store, const RunOptions& options,
                      const std::atomic<bool>& stop);

// Runs one trial in this thread. Exceptions become a failed result, except Cancelled, which is passed on.
Result run_trial(const Experiment& experiment, const TrialSpec& spec, const std::atomic<bool>& stop,
                 Checkpoint* checkpoint = nullptr, std::optional<std::uint64_t> stop_at = {},
                 TrialProgress* progress = nullptr, const TrialFiles* files = nullptr);

}  // namespace qklab
