// Running a config to its results: trials, CSVs, figures, verdicts, manifest.
#pragma once

#include <string>

#include "core/cli/loaded.hpp"
#include "core/sweep/scheduler.hpp"

namespace qklab {

struct RunRequest {
  std::string directory;
  std::size_t jobs = 0;
  Rerun rerun = Rerun::none;
  bool fail_fast = false;
  bool yes = false;    // sweeps over 10^7 trials too
  bool fresh = false;  // move earlier results aside
  bool dry_run = false;
};

// Returns the exit code of `qklab run`.
int run_config(const Loaded& loaded, const RunRequest& request);

// The options of `run` that other verbs share.
void add_run_options(CLI::App& verb, RunRequest& request);

// results/<name>, or results/<name>-<preset> for a preset other than fast.
std::string default_directory(const Config& config);

}  // namespace qklab
