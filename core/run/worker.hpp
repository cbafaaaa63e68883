// The list of trials that a run must do, and the workers that take trials from it.
#pragma once

#include <atomic>
#include <chrono>
#include <exception>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "core/run/mailbox.hpp"
#include "core/run/memory.hpp"
#include "core/run/scheduler.hpp"
#include "core/run/trial_table.hpp"
#include "core/sweep/data_files.hpp"

namespace qklab {

// The data that workers share with the writing thread. An abandoned trial keeps it alive.
struct Run {
  Run(const Sweep& sweep, const RunOptions& options, const std::atomic<bool>& stop)
      : experiment(sweep.experiment()),
        files(experiment.parameters, sweep.files()),
        directory(options.directory),
        checkpoint_every(options.checkpoint_every),
        stop_at(options.round ? options.round->stop_at : std::nullopt),
        fail_fast(options.fail_fast),
        stop(stop),
        memory(options.memory > 0 ? options.memory : usable_memory()) {}

  // Tests halt first: an abandoned trial may outlive the caller's stop flag, and halt is set by then.
  bool begins_more() const { return !halt && !stop; }

  const Experiment& experiment;
  FileWatch files;
  const std::string directory;
  const std::chrono::milliseconds checkpoint_every;
  const std::optional<std::uint64_t> stop_at;  // a step, for trials of a pruned sweep
  const bool fail_fast;
  const std::atomic<bool>& stop;
  MemoryBudget memory;
  TrialTable trials;
  std::vector<double> costs;       // by row of `trials`; empty if the experiment declares no costs
  bool cut_short = false;          // stopped before all trials were listed
  std::vector<std::size_t> order;  // rows, longest expected first; empty if costs are

  std::atomic<std::size_t> next{0};
  std::atomic<bool> halt{false};
  std::atomic<std::size_t> working{0};
  std::atomic<double> work_done{0}, seconds_spent{0};  // costs of finished trials, and what they took
  Mailbox<Store::Finished> mailbox{64 << 20};

  std::mutex mutex;
  std::exception_ptr error;            // an error of a worker, not of a trial
  std::set<TrialProgress*> under_way;  // guarded by the mutex
};

// Fills the list with the requested trials that `store` lacks, longest expected first. Returns how many of
// the requested trials need not be run.
std::uint64_t plan(const Sweep& sweep, const Store& store, const RunOptions& options, Run& run);

// Takes trials until none is left or a stop is requested. Errors that are not a trial's are stored in
// run.error.
void work(Run& run);

}  // namespace qklab
