#include "core/run/worker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/store/stored_trial.hpp"
#include "core/sweep/id_set.hpp"
#include "core/system/file.hpp"
#include "core/system/mapped_file.hpp"
#include "core/system/npy.hpp"

namespace qklab {

namespace {

constexpr std::size_t trial_bytes = 8 << 10;  // size of a finished trial without its numbers

}  // namespace

Rerun rerun_named(std::string_view name) {
  return name == "all" ? Rerun::all : name == "failed" ? Rerun::failed : Rerun::diverged;
}

bool runs_again(Status status, Rerun rerun) {
  return rerun == Rerun::all || (rerun == Rerun::failed && status == Status::failed) ||
         (rerun == Rerun::diverged && status == Status::diverged);
}

std::uint64_t plan(const Sweep& sweep, const Store& store, const RunOptions& options, Run& run) {
  IdSet finished(store.counts().done);
  const auto note = [&](std::uint64_t id, Status status) {
    // A pruned trial continues if the sweep is no longer pruned.
    if (status != Status::pruned && !runs_again(status, options.rerun)) finished.insert(id);
  };
  for (const std::string& directory : options.besides)
    Store(directory + "/run.db", Store::Mode::read).for_each_status(note);
  store.for_each_status(note);
  const ShardMembers members(sweep, options.shard);
  const auto& cost = run.experiment.cost;
  std::uint64_t resumed = 0;
  sweep.for_each([&](const TrialSpec& trial) {
    if (!members.has(trial.id)) return true;
    if (options.round ? !options.round->trials.contains(trial.id) : finished.contains(trial.id)) {
      ++resumed;
    } else {
      run.trials.add(trial);
      if (cost) run.costs.push_back(cost(trial.params));
    }
    run.cut_short = run.stop;
    return !run.cut_short;
  });
  // NaN cannot be ordered.
  for (double& each : run.costs)
    if (!(each >= 0 && std::isfinite(each))) each = 0;
  run.order.resize(run.costs.size());
  std::iota(run.order.begin(), run.order.end(), std::size_t{0});
  std::stable_sort(run.order.begin(), run.order.end(),
                   [&](std::size_t a, std::size_t b) { return run.costs[a] > run.costs[b]; });
  return resumed;
}

namespace {

// Runs before the trial is stored, so that the arrays of a stored trial exist. Afterwards only the shapes are
// needed.
void write_arrays(const Run& run, Store::Finished& finished) {
  std::vector<Array>& arrays = finished.result.arrays;
  finished.array_checksums.resize(arrays.size());
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    if (arrays[i].shape.empty()) continue;
    const std::string path =
        run.directory + "/" + array_file(finished.spec.id, run.experiment.arrays[i].name);
    make_directories(path.substr(0, path.rfind('/')));
    const std::string bytes = npy_bytes(arrays[i].shape, std::span<const double>(arrays[i].data));
    write_file(path, bytes);
    finished.array_checksums[i] = hash_bytes(bytes);
    arrays[i].data = {};
  }
}

// The same for other files, which the trial itself wrote, in part perhaps in an earlier run.
void look_at_files(const Run& run, Store::Finished& finished) {
  if (run.directory.empty()) finished.result.files.clear();
  for (const std::string& name : finished.result.files) {
    const MappedFile file(TrialFiles(run.directory, finished.spec.id).path(name));
    finished.file_checksums.push_back(hash_bytes(file.bytes()));
  }
}

std::size_t bytes_of(const Result& result) {
  std::size_t numbers = 0;
  const auto count = [&](const Series& series) { numbers += series.index.size() + series.value.size(); };
  for (const Series& series : result.all_series) count(series);
  for (const auto& [name, series] : result.members) count(series);
  return trial_bytes + numbers * sizeof(double);
}

// Makes a trial's progress visible to the reporting thread while the trial runs.
class UnderWay {
 public:
  UnderWay(Run& run, TrialProgress& progress) : run_(run), progress_(progress) {
    const std::lock_guard lock(run_.mutex);
    run_.under_way.insert(&progress_);
  }
  ~UnderWay() {
    const std::lock_guard lock(run_.mutex);
    run_.under_way.erase(&progress_);
  }

 private:
  Run& run_;
  TrialProgress& progress_;
};

Result run_if_it_fits(Run& run, const TrialSpec& spec, double cost, Checkpoint* checkpoint,
                      const TrialFiles* files) {
  const double bytes = run.experiment.memory ? run.experiment.memory(spec.params) : 0;
  if (!run.memory.fits(bytes)) {
    Result refused(run.experiment);
    refused.status = Status::failed;
    refused.message = fmt::format(
        "not started: it needs about {}, and {} may be used; run it where there is more, with --rerun failed",
        memory_text(bytes), memory_text(static_cast<double>(run.memory.limit())));
    return refused;
  }
  struct Claim {
    Claim(MemoryBudget& budget, double bytes) : budget(budget), bytes(bytes) { budget.take(bytes); }
    ~Claim() { budget.give(bytes); }
    MemoryBudget& budget;
    double bytes;
  };
  const Claim claim(run.memory, bytes);
  TrialProgress progress(spec.id, cost, &spec.params, run.stop_at);
  const UnderWay seen(run, progress);
  Result result = run_trial(run.experiment, spec, run.halt, checkpoint, run.stop_at, &progress, files);
  if (const std::string why = run.files.changed(spec.params); !why.empty()) {
    result = Result(run.experiment);
    result.status = Status::failed;
    result.message = why;
  }
  return result;
}

void run_next(Run& run, std::size_t position) {
  const std::size_t row = run.order.empty() ? position : run.order[position];
  Store::Finished finished{run.trials[row], Result(run.experiment), {}, {}, {}};
  Checkpoint checkpoint(run.directory, finished.spec.id, run.checkpoint_every);
  const TrialFiles files(run.directory, finished.spec.id);
  const double cost = run.costs.empty() ? 1 : run.costs[row];
  const bool keeps = !run.directory.empty();
  finished.result =
      run_if_it_fits(run, finished.spec, cost, keeps ? &checkpoint : nullptr, keeps ? &files : nullptr);
  // Set here and not where the trial is stored, so that no other trial begins in between.
  if (run.fail_fast && finished.result.status == Status::failed) run.halt = true;
  // A trial that was stopped on request may continue later, so its checkpoint is kept.
  if (checkpoint.used() && finished.result.status != Status::pruned) finished.checkpoint = checkpoint.path();
  write_arrays(run, finished);
  look_at_files(run, finished);
  run.work_done += cost;
  run.seconds_spent += finished.result.seconds;
  const std::size_t bytes = bytes_of(finished.result);
  run.mailbox.push(std::move(finished), bytes);
}

}  // namespace

void work(Run& run) {
  try {
    for (std::size_t i; run.begins_more() && (i = run.next++) < run.trials.size();) run_next(run, i);
  } catch (const Cancelled&) {
  } catch (...) {
    const std::lock_guard lock(run.mutex);
    if (!run.error) run.error = std::current_exception();
    run.halt = true;
  }
  if (--run.working == 0) run.mailbox.hurry();
}

}  // namespace qklab
