#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <unordered_set>

#include "core/claims/claims_json.hpp"
#include "core/claims/verdict_table.hpp"
#include "core/cli/cli.hpp"
#include "core/cli/command.hpp"
#include "core/cli/signals.hpp"
#include "core/cli/terminal.hpp"
#include "core/cli/verbs/report.hpp"
#include "core/cli/verbs/run.hpp"
#include "core/export/csv.hpp"
#include "core/figures/foresee.hpp"
#include "core/run/left_checkpoints.hpp"
#include "core/store/scratch.hpp"
#include "core/store/store_file.hpp"
#include "core/strategies/replicate.hpp"
#include "core/study/belongs.hpp"
#include "core/study/drawing.hpp"
#include "core/study/failure_log.hpp"
#include "core/study/manifest.hpp"
#include "core/study/running.hpp"
#include "core/study/series_needed.hpp"
#include "core/study/start_over.hpp"
#include "core/study/version.hpp"
#include "core/sweep/telling.hpp"
#include "core/system/file.hpp"
#include "core/system/threads.hpp"

namespace qklab {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t most_trials_unasked = 10'000'000;

// True where figures, verdicts and CSVs are those of this config and this build.
bool report_is_current(const Loaded& loaded, const std::string& directory) {
  for (const char* file : {"trials.csv", "series.csv", "claims.json", "report.html"})
    if (!fs::exists(directory + "/" + file)) return false;
  const FigureSources figures = read_manifest_figures(directory);
  for (const Figure& figure : loaded.figures) {
    const auto found = figures.find(figure.name);
    if (found == figures.end() || found->second.empty() || !figure_is_there(figure.name, directory))
      return false;
  }
  return manifest_is_current(directory, loaded.config);
}

bool goes_on(const RunOutcome& outcome, const RunOptions& options) {
  return !outcome.interrupted && !(options.fail_fast && outcome.progress.failed > 0);
}

// Runs what the store lacks. A sweep that grows runs in rounds, until nothing is added to it.
RunOutcome run_rounds(Loaded& loaded, Store& store, RunOptions options) {
  grow(loaded, store);
  RunOutcome outcome = run_trials(loaded.config.sweep, store, options, stop_on_signals());
  options.rerun = Rerun::none;  // the first round has seen to it
  while (goes_on(outcome, options)) {
    const std::uint64_t before = loaded.config.sweep.grid_size();
    grow(loaded, store);
    if (loaded.config.sweep.grid_size() == before) break;
    const Progress earlier = outcome.progress;
    outcome = run_trials(loaded.config.sweep, store, options, stop_on_signals());
    Progress& all = outcome.progress;
    all.resumed = earlier.resumed;
    all.total += earlier.total;
    all.done += earlier.done;
    all.failed += earlier.failed;
    all.diverged += earlier.diverged;
    all.seconds += earlier.seconds;
  }
  return outcome;
}

// As run_rounds, for a sweep of which only the best trials go on, from one round to the next.
RunOutcome run_pruned(const Sweep& sweep, Store& store, RunOptions options) {
  std::unordered_set<std::uint64_t> again, begun;  // to be run anew; of this call
  for (const auto& [id, status] : store.statuses())
    if (runs_again(status, options.rerun)) again.insert(id);
  RunOutcome outcome;
  bool complete = false;
  while (!complete && goes_on(outcome, options)) {
    Results known = store.load(sweep, {sweep.pruning()->metric});
    std::erase_if(known.trials, [&](const TrialRecord& trial) { return again.contains(trial.id); });
    options.round = next_round(sweep, known);
    complete = options.round->trials.empty();
    if (complete) break;
    begun.insert(options.round->trials.begin(), options.round->trials.end());
    const Progress earlier = outcome.progress;
    outcome = run_trials(sweep, store, options, stop_on_signals());
    for (const std::uint64_t id : options.round->trials) again.erase(id);
    Progress& all = outcome.progress;
    all.done += earlier.done;
    all.failed += earlier.failed;
    all.diverged += earlier.diverged;
    all.seconds += earlier.seconds;
  }
  Progress& all = outcome.progress;
  all.total = begun.size();
  all.resumed = sweep.ids().size() - all.total;
  if (!complete) return outcome;
  all.pruned = all.total - all.done - all.failed - all.diverged;
  for (const auto& [id, status] : store.statuses()) {  // nothing goes on from there any more
    if (status == Status::pruned) fs::remove(Checkpoint(options.directory, id, {}).path());
  }
  return outcome;
}

}  // namespace

void refuse_accidents(const Config& config, bool yes, bool sharded) {
  const std::uint64_t size = config.sweep.grid_size();
  if (size > most_trials_unasked && !yes) {
    throw InputError(fmt::format("{}: the sweep has {} trials, over {}; give --yes if that is meant",
                                 config.source.file, size, most_trials_unasked));
  }
  if (config.sweep.refinement() && sharded) {
    throw InputError(
        fmt::format("{}: refine: where to add points is known only once the whole grid has run; leave "
                    "refine out of the shards, merge them, and run the merged directory with it",
                    config.sweep.refinement()->place.str()));
  }
  if (config.sweep.pruning() && sharded) {
    throw InputError(fmt::format(
        "{}: prune: which trials go on is known only where all of them are; run it without shards, or with "
        "'prune: none'",
        config.sweep.pruning()->place.str()));
  }
  bool any = false;
  // Looks at every point, so that a value out of range is found before anything is written.
  config.sweep.for_each([&any](const TrialSpec&) { return any = true; });
  if (!any) throw InputError(fmt::format("{}: no trial is left: 'where' excludes all", config.source.file));
}

std::vector<std::string> refuse_figures(const Loaded& loaded) {
  Foreseen foreseen = foresee(loaded.config.sweep, loaded.figures);
  if (!foreseen.errors.empty()) throw InputError(fmt::format("{}", fmt::join(foreseen.errors, "\n")));
  return std::move(foreseen.remarks);
}

namespace {

// Why the exit code is 1 though every trial was run. Returns whether it is for one of these.
bool tell_shortcomings(const Loaded& loaded, const std::vector<Verdict>& verdicts, std::uint64_t failed,
                       const std::string& directory) {
  if (failed > 0) {
    say(stderr, "{} trials failed; `qklab status {}` lists them, --rerun failed runs them again\n", failed,
        shell_quoted(directory));
  }
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    if (falls_short(loaded.claims[i], verdicts[i]))
      say(stderr, "falls short: {} is demanded to hold, and its verdict is: {}\n", verdicts[i].id,
          name_of(verdicts[i].outcome));
  }
  return failed > 0 || falls_short(loaded.claims, verdicts);
}

}  // namespace

namespace {

void tell_on_stderr(const std::string& line) { say(stderr, "{}\n", line); }

}  // namespace

RunEnd report_results(const Loaded& loaded, const Store& store, const Reporting& reporting) {
  const Config& config = loaded.config;
  const std::string& directory = reporting.directory;
  if (const std::uint64_t missing = unfinished_trials(config.sweep, store); missing > 0) {
    if (reporting.changed) export_csv(store, config.sweep, directory);
    say("results: {} ({} trials of the sweep have not been run: no figures or verdicts yet)\n", directory,
        missing);
    const bool short_of = tell_shortcomings(loaded, {}, store.counts().failed, directory);
    return {.exit = short_of ? exit_failed : exit_done, .missing = missing};
  }
  const Results results = store.load(config.sweep, series_needed(loaded.figures, loaded.claims));
  std::vector<Verdict> verdicts = judge(loaded.claims, results);
  std::size_t undrawn = 0;
  if (reporting.changed || !report_is_current(loaded, directory)) {
    const FigureSources known = read_manifest_figures(directory);
    begin_outputs(directory);
    export_csv(store, config.sweep, directory);
    const DrawnFigures drawn = draw_figures(loaded, results, directory, known, tell_on_stderr);
    undrawn = drawn.undrawn;
    write_file(directory + "/claims.json", claims_json(config, loaded.claims, verdicts));
    const std::size_t threads = reporting.jobs ? reporting.jobs : cores();
    write_manifest(directory, config, results,
                   reporting.changed ? std::optional(Effort{reporting.seconds, threads}) : std::nullopt,
                   store.plugins(), drawn.sources);
    write_report(directory, loaded, results, verdicts);
  }
  if (config.sweep.replication()) say("{}\n", replicated(config.sweep, results).str());
  if (!verdicts.empty()) say("{}", verdict_table(loaded.claims, verdicts, terminal_width(), color_wanted()));
  say("results: {}\n", directory);
  for (const Figure& figure : loaded.figures) {
    const std::string file = fmt::format("{}/figures/{}.svg", directory, figure.name);
    if (fs::exists(file)) say("figure:  {}\n", file);
  }
  say("report:  {}/report.html\n", directory);

  std::uint64_t failed = 0;
  for (const TrialRecord& trial : results.trials) failed += trial.status == Status::failed ? 1 : 0;
  const bool short_of = tell_shortcomings(loaded, verdicts, failed, directory);
  return {.exit = short_of || undrawn > 0 ? exit_failed : exit_done, .verdicts = std::move(verdicts)};
}

RunEnd run_config(const Loaded& asked, const RunRequest& request) {
  Loaded loaded = asked;
  const Config& config = loaded.config;
  const std::string& directory = request.directory;
  refuse_accidents(config, request.yes, !request.shard.is_whole());
  for (const std::string& remark : refuse_figures(loaded)) say(stderr, "{}\n", remark);
  if (config.sweep.pruning() && !request.besides.empty()) {
    throw InputError(fmt::format("{}: prune: does not go with --besides: merge that directory instead",
                                 config.sweep.pruning()->place.str()));
  }
  for (const std::string& line : config.sweep.repetitions())
    say(stderr, "{}: {}\n", config.source.file, line);
  for (const std::string& other : request.besides)
    if (!fs::exists(store_path(other)))
      throw InputError(fmt::format("--besides {}: no run directory: it has no run.db", other));
  if (request.dry_run) return {.exit = dry_run(loaded, request)};
  // From here on there is something to be saved.
  stop_on_signals();

  check_store_path(store_path(directory));
  if (request.fresh) {
    const std::string aside = move_aside(directory);
    if (!aside.empty()) say(stderr, "earlier results are kept in {}\n", aside);
  } else {
    refuse_anothers(directory, config);
  }
  make_output_directory(directory);
  const std::unique_ptr<Scratch> scratch =
      request.scratch.empty() ? nullptr : std::make_unique<Scratch>(directory, request.scratch);
  const std::string& workplace = scratch ? scratch->directory() : directory;
  Store store(store_path(workplace), Store::Mode::write);
  if (!request.mix_builds && request.rerun != Rerun::all)
    refuse_another_build(config.sweep, store, request.besides);
  const std::vector<std::string> changed = changes(store, config.source);
  for (const std::string& line : changed) say(stderr, "{}\n", line);
  store.set_source(config.source, config.experiment->name, config.experiment->version);
  const auto& plugin = config.experiment->plugin;
  if (plugin) store.add_plugin(*plugin);
  remove_left_checkpoints(workplace, store);
  FailureLog log(directory, Telling(config.sweep));
  log.say(fmt::format("{} of {} version {}, preset {}; {}", config.name, config.experiment->name,
                      config.experiment->version, config.source.preset, version_text()));
  for (const FileIdentity& file : config.sweep.files()) log.say("reads " + file.str());
  for (const std::string& line : changed) log.say(line);
  if (plugin) log.say("plugin " + plugin->str());

  ProgressLine progress(config.name + (request.shard.is_whole() ? "" : " " + request.shard.str()));
  RunOptions options;
  options.shard = request.shard;
  options.besides = request.besides;
  options.memory = request.memory;
  options.jobs = request.jobs;
  options.rerun = request.rerun;
  options.fail_fast = request.fail_fast;
  options.checkpoint_every = request.checkpoint_every;
  options.directory = workplace;
  std::optional<RunningFile> running(directory);
  options.on_progress = [&](const Progress& now) {
    progress.update(now);
    running->update(now.running);
    if (scratch) scratch->save_now_and_then(store);
  };
  options.on_failure = [&](const TrialSpec& trial, const Result& result) {
    progress.note(log.add(trial, result));
  };
  RunOutcome outcome;
  try {
    outcome = config.sweep.pruning() ? run_pruned(config.sweep, store, options)
                                     : run_rounds(loaded, store, options);
  } catch (...) {
    if (scratch) scratch->save(store);
    throw;
  }
  running.reset();
  if (scratch) scratch->save(store);
  progress.finish(outcome.progress);
  log.say(fmt::format("{} done, {} failed, {} diverged, {} pruned of {} in {:.3f} s{}", outcome.progress.done,
                      outcome.progress.failed, outcome.progress.diverged, outcome.progress.pruned,
                      outcome.progress.total, outcome.progress.seconds,
                      outcome.interrupted ? ", interrupted" : ""));
  if (outcome.interrupted) {
    say(stderr, "interrupted; finished trials are kept in {}: the same command goes on from there\n",
        directory);
    // A trial that does not look at its stop request still runs in another thread.
    if (outcome.abandoned) std::_Exit(exit_interrupted);
    return {.exit = exit_interrupted};
  }
  log.drop_those_of(store);
  RunEnd end = report_results(loaded, store,
                              {.directory = directory,
                               .changed = outcome.progress.total > 0,
                               .seconds = outcome.progress.seconds,
                               .jobs = request.jobs});
  end.failed_fast = request.fail_fast && outcome.progress.failed > 0 && end.missing > 0;
  if (end.failed_fast)
    say(stderr, "stopped at the first failed trial, as --fail-fast asks; the same command goes on\n");
  return end;
}

}  // namespace qklab
