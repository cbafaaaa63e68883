// Options and messages that `run`, `reproduce`, `merge` and `launch` share.
#pragma once

#include <string>
#include <vector>

#include "core/study/beforehand.hpp"
#include "core/study/run.hpp"

namespace CLI {
class App;
}

namespace qklab {

// Runs a config and prints its progress and outcome, the verdicts last; if `quiet`, only what went wrong. Returns the
// exit code.
int run_and_tell(Loaded loaded, const RunRequest& request, RunEnd& end, bool quiet = false);

// Whether trials were left out because one had failed, as --fail-fast demands.
bool failed_fast(const RunEnd& end);

// Prints what was derived from the results. Returns the exit code, and prints the reason if it is not 0.
int tell_outputs(const Loaded& loaded, const Outputs& outputs, const std::string& directory);

// Prints the last lines about a run that was interrupted: what is kept, and how far trials were whose state is saved.
// `running`: those that were under way. Returns the exit code.
int tell_interruption(const RunOutcome& outcome, const std::string& directory,
                      const std::vector<RunningTrial>& running);

// Like tell_outputs for a run on reserved seeds, whose verdicts are shown with those that they confirm.
int tell_results(const Loaded& loaded, const Outputs& outputs, const std::string& directory);

// Adds the options of `run` that other verbs share.
void add_run_options(CLI::App& verb, RunRequest& request);

}  // namespace qklab
