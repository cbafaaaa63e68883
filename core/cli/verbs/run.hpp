// What `run`, `reproduce`, `merge` and `launch` share: options, and what is printed of a run.
#pragma once

#include <string>

#include "core/study/beforehand.hpp"
#include "core/study/run.hpp"

namespace CLI {
class App;
}

namespace qklab {

// Runs a config and prints what becomes of it, its verdicts last. Returns the exit code.
int run_and_tell(Loaded loaded, const RunRequest& request, RunEnd& end);

// Whether trials were left because one had failed, as --fail-fast asks.
bool failed_fast(const RunEnd& end);

// Prints what was derived from results, and why the exit code that is returned is not 0.
int tell_outputs(const Loaded& loaded, const Outputs& outputs, const std::string& directory);

// Lists the trials that a run would find finished or run; writes nothing. Not more than a few unless `all`.
void tell_plan(Loaded loaded, const RunRequest& request, bool all);

// The options of `run` that other verbs share.
void add_run_options(CLI::App& verb, RunRequest& request);

}  // namespace qklab
