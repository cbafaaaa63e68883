// Running a config to its results: trials, CSVs, figures, verdicts, manifest.
#pragma once

#include <string>

#include "core/run/scheduler.hpp"
#include "core/study/loaded.hpp"

namespace CLI {
class App;
}

namespace qklab {

struct RunRequest {
  std::string directory;
  Shard shard;
  std::string scratch;               // run in a folder below this one, and copy back
  std::uint64_t memory = 0;          // bytes; 0: all that there is
  std::vector<std::string> besides;  // run directories whose finished trials are not run again
  std::size_t jobs = 0;
  Rerun rerun = Rerun::none;
  bool mix_builds = false;  // of a plugin
  bool fail_fast = false;
  std::chrono::milliseconds checkpoint_every = RunOptions{}.checkpoint_every;
  bool yes = false;    // sweeps over 10^7 trials too
  bool fresh = false;  // move earlier results aside
  bool dry_run = false;
  bool list_all = false;  // of a dry run: every trial, not the first few
};

// How a run ended, for those who run several.
struct RunEnd {
  int exit = 0;
  bool failed_fast = false;   // stopped by --fail-fast
  std::uint64_t missing = 0;  // trials of the sweep that have not been run; no verdicts then
  std::vector<Verdict> verdicts = {};
};

// Throws InputError for a sweep of over 10^7 trials unless `yes`, for one with a point out of range, and for
// one that grows as it runs where it is to be `sharded`.
void refuse_accidents(const Config& config, bool yes, bool sharded);

// Throws InputError for figures that could not be drawn whatever the trials find. Returns remarks on those
// that no trial of the sweep is for.
std::vector<std::string> refuse_figures(const Loaded& loaded);

// All of `qklab run`.
RunEnd run_config(const Loaded& loaded, const RunRequest& request);

// Lists the trials that a run would find finished or run; writes nothing. Returns the exit code.
int dry_run(Loaded& loaded, const RunRequest& request);

struct Reporting {
  std::string directory;
  bool changed = false;  // trials were added: what is derived from them must be written again
  double seconds = 0;    // of the run, for the manifest
  std::size_t jobs = 0;  // 0: one a core
};

// Derives CSVs, figures, verdicts and manifest from the store, prints the verdicts and where all of it lies,
// and why the exit code is not 0. Where trials of the sweep are missing, says so instead and derives nothing
// but the CSVs.
RunEnd report_results(const Loaded& loaded, const Store& store, const Reporting& reporting);

// The options of `run` that other verbs share.
void add_run_options(CLI::App& verb, RunRequest& request);

// results/<name>, or results/<name>-<preset> for a preset other than fast.
std::string default_directory(const Config& config);

}  // namespace qklab
