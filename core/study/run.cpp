#include "core/study/run.hpp"

#include <fmt/format.h>

#include <algorithm>

#include <filesystem>
#include <memory>
#include <optional>
#include <unordered_set>

#include "core/confirm/looks.hpp"
#include "core/directory/belongs.hpp"
#include "core/directory/failure_log.hpp"
#include "core/directory/manifest.hpp"
#include "core/directory/running.hpp"
#include "core/directory/start_over.hpp"
#include "core/directory/version.hpp"
#include "core/run/left_checkpoints.hpp"
#include "core/run/usable_cores.hpp"
#include "core/search/asking.hpp"
#include "core/store/scratch.hpp"
#include "core/store/store_file.hpp"
#include "core/sweep/telling.hpp"
#include "core/system/file.hpp"
#include "core/trial/plugin.hpp"

namespace qklab {
namespace {

// Where trials write what is not a number.
std::vector<std::string> folders_of(const std::vector<Metric>& files) {
  std::vector<std::string> folders = {"arrays"};
  for (const Metric& file : files) folders.push_back(FileNames(file.name).folder);
  std::ranges::sort(folders);
  folders.erase(std::unique(folders.begin(), folders.end()), folders.end());
  return folders;
}

bool goes_on(const RunOutcome& outcome, const RunOptions& options) {
  return !outcome.interrupted && !(options.fail_fast && outcome.progress.failed > 0);
}

// Adds what earlier rounds have finished.
void add_earlier(Progress& all, const Progress& earlier) {
  all.done += earlier.done;
  all.failed += earlier.failed;
  all.diverged += earlier.diverged;
  all.seconds += earlier.seconds;
}

// Runs the trials that the store lacks. A sweep that grows runs in rounds, until nothing is added.
RunOutcome run_rounds(Loaded& loaded, Store& store, RunOptions options, const std::atomic<bool>& stop) {
  Asking asking;
  grow(loaded, store);
  asking.add_points(loaded, store);
  RunOutcome outcome = run_trials(loaded.config.sweep, store, options, stop);
  options.rerun = Rerun::none;  // the first round has obeyed it
  while (goes_on(outcome, options)) {
    const std::uint64_t before = loaded.config.sweep.grid_size();
    grow(loaded, store);
    asking.add_points(loaded, store);
    if (loaded.config.sweep.grid_size() == before) break;
    const Progress earlier = outcome.progress;
    outcome = run_trials(loaded.config.sweep, store, options, stop);
    outcome.progress.resumed = earlier.resumed;
    outcome.progress.total += earlier.total;
    add_earlier(outcome.progress, earlier);
  }
  return outcome;
}

// Like run_rounds, for a sweep of which only some trials continue from one round to the next.
RunOutcome run_selected(const Strategy& strategy, const Sweep& sweep, Store& store, RunOptions options,
                        const std::atomic<bool>& stop) {
  std::unordered_set<std::uint64_t> again, begun;  // to be run anew; begun in this call
  for (const auto& [id, status] : store.statuses())
    if (runs_again(status, options.rerun)) again.insert(id);
  RunOutcome outcome;
  bool complete = false;
  while (!complete && goes_on(outcome, options)) {
    Results known = store.load(sweep, {*strategy.decides_by()});
    std::erase_if(known.trials, [&](const TrialRecord& trial) { return again.contains(trial.id); });
    options.round = strategy.next_round(sweep, known);
    complete = options.round->trials.empty();
    if (complete) break;
    begun.insert(options.round->trials.begin(), options.round->trials.end());
    const Progress earlier = outcome.progress;
    outcome = run_trials(sweep, store, options, stop);
    for (const std::uint64_t id : options.round->trials) again.erase(id);
    add_earlier(outcome.progress, earlier);
  }
  Progress& all = outcome.progress;
  all.total = begun.size();
  all.resumed = sweep.ids().size() - all.total;
  if (!complete) return outcome;
  all.pruned = all.total - all.done - all.failed - all.diverged;
  for (const auto& [id, status] : store.statuses()) {  // these checkpoints are no longer needed
    if (status == Status::pruned) std::filesystem::remove(Checkpoint(options.directory, id, {}).path());
  }
  return outcome;
}

RunOptions options_of(const RunRequest& request, const std::string& workplace) {
  RunOptions options;
  options.shard = request.shard;
  options.besides = request.besides;
  options.memory = request.memory;
  options.jobs = request.jobs;
  options.rerun = request.rerun;
  options.fail_fast = request.fail_fast;
  options.checkpoint_every = request.checkpoint_every;
  options.directory = workplace;
  return options;
}

// What was seen in a directory that was moved aside, and which reserved seeds it has drawn: equal seeds give equal
// data, so that starting over does not make them unseen.
History history_of_earlier(const std::string& aside, const Config& config, const Tell& remark) {
  if (config.source.confirming || !std::filesystem::exists(store_path(aside))) return {};
  try {
    return Store(store_path(aside), Store::Mode::read).history();
  } catch (const std::exception& error) {
    remark(fmt::format("what was seen in {} is not known: {}", aside, error.what()));
    return {};
  }
}

// Prepares the directory for this config. Returns the history of what was there before, where it starts over.
History take_over(const Config& config, const RunRequest& request, const Tell& remark) {
  check_store_path(store_path(request.directory));
  History earlier;
  if (request.fresh) {
    const std::string aside = move_aside(request.directory);
    if (!aside.empty()) {
      remark(fmt::format("earlier results are kept in {}", aside));
      earlier = history_of_earlier(aside, config, remark);
    }
  } else {
    refuse_other_experiment(request.directory, config);
  }
  make_output_directory(request.directory);
  return earlier;
}

// Makes this config the store's. Returns what has changed since its last run, one line each.
std::vector<std::string> take_over(const Loaded& loaded, const RunRequest& request, Store& store) {
  const Config& config = loaded.config;
  if (!request.mix_builds && request.rerun != Rerun::all)
    refuse_another_build(config.sweep, store, request.besides);
  std::vector<std::string> changed = changes(store, config.source);
  store.set_source(config.source, config.experiment->name, config.experiment->version);
  for (const FileIdentity& plugin : plugins_of(*config.experiment)) store.add_plugin(plugin);
  note_forms(store, loaded.claims);
  return changed;
}

void log_beginning(const Config& config, const std::vector<std::string>& changed, FailureLog& log) {
  log.say(fmt::format("{} of {} version {}, preset {}; {}", config.name, config.experiment->name,
                      config.experiment->version, config.source.preset, version_text()));
  for (const FileIdentity& file : config.sweep.files()) log.say("reads " + file.str());
  for (const std::string& line : changed) log.say(line);
  for (const FileIdentity& plugin : plugins_of(*config.experiment)) log.say("plugin " + plugin.str());
}

std::string end_of(const RunOutcome& outcome) {
  const Progress& progress = outcome.progress;
  return fmt::format("{} done, {} failed, {} diverged, {} pruned of {} in {:.3f} s{}", progress.done,
                     progress.failed, progress.diverged, progress.pruned, progress.total, progress.seconds,
                     outcome.interrupted ? ", interrupted" : "");
}

}  // namespace

RunEnd run(Loaded& loaded, const RunRequest& request, const Listener& listener,
           const std::atomic<bool>& stop) {
  const Config& config = loaded.config;
  const Tell remark = listener.remark ? listener.remark : [](const std::string&) {};
  const History earlier = take_over(config, request, remark);
  const std::unique_ptr<Scratch> scratch =
      request.scratch.empty() ? nullptr
                              : std::make_unique<Scratch>(request.directory, request.scratch,
                                                          folders_of(config.experiment->files));
  const std::string& workplace = scratch ? scratch->directory() : request.directory;
  Store store(store_path(workplace), Store::Mode::write);
  store.add_history(earlier);
  take_over_proposals(loaded, store);
  const std::vector<std::string> changed = take_over(loaded, request, store);
  for (const std::string& line : changed) remark(line);
  remove_left_checkpoints(workplace, store);
  FailureLog log(request.directory, Telling(config.sweep));
  log_beginning(config, changed, log);

  RunOptions options = options_of(request, workplace);
  std::optional<RunningFile> running(request.directory);
  options.on_progress = [&](const Progress& now) {
    if (listener.progress) listener.progress(now);
    running->update({now.running, now.eta_seconds()});
    if (scratch) scratch->save_now_and_then(store);
  };
  options.on_failure = [&](const TrialSpec& trial, const Result& result) {
    const std::string line = log.add(trial, result);
    if (listener.failure) listener.failure(line);
  };
  RunEnd end;
  try {
    const Strategy* const selecting = selecting_strategy(config.sweep);
    // Before any trial is stored, so that a kill does not lose it. What a strategy will run is known at its end alone.
    if (!selecting && (request.rerun != Rerun::none || unfinished_trials(config.sweep, store) > 0))
      store.add_origin(origin_json());
    end.outcome = selecting ? run_selected(*selecting, config.sweep, store, options, stop)
                            : run_rounds(loaded, store, options, stop);
  } catch (...) {
    if (scratch) scratch->save(store);
    throw;
  }
  running.reset();
  if (scratch) scratch->save(store);
  const Progress& progress = end.outcome.progress;
  if (progress.total > 0) store.add_origin(origin_json());
  if (listener.finished) listener.finished(progress);
  log.say(end_of(end.outcome));
  if (end.outcome.interrupted) return end;
  log.drop_those_of(store);
  const Effort effort{progress.seconds, request.jobs > 0 ? request.jobs : usable_cores()};
  end.outputs = write_outputs(loaded, store, request.directory,
                              progress.total > 0 ? std::optional(effort) : std::nullopt, remark);
  if (scratch) scratch->save(store);  // the look at the claims
  return end;
}

}  // namespace qklab
