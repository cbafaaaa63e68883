// The list of trials that a run has to do, and the workers who take from it.
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

// What workers share with the thread that writes. A trial that was abandoned keeps it alive.
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

  // What the caller's stop request is may be gone once halt is set: an abandoned trial outlives it.
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
  std::vector<double> costs;       // by row of `trials`; empty where the experiment does not say
  bool cut_short = false;          // stopped before all trials were listed
  std::vector<std::size_t> order;  // rows, longest expected first; empty where costs are

  std::atomic<std::size_t> next{0};
  std::atomic<bool> halt{false};
  std::atomic<std::size_t> working{0};
  std::atomic<double> work_done{0};
  Mailbox<Store::Finished> mailbox{64 << 20};

  std::mutex mutex;
  std::exception_ptr error;                  // of a worker, not of a trial
  std::set<const TrialProgress*> under_way;  // guarded by the mutex
};

// Fills the list with what `store` lacks of the part that is asked for, longest expected first. Returns how
// many trials of that part need not be run.
std::uint64_t plan(const Sweep& sweep, const Store& store, const RunOptions& options, Run& run);

// Takes trials until none is left or a stop is asked for. Errors that are not a trial's end in run.error.
void work(Run& run);

}  // namespace qklab
