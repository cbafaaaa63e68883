// What a run would do, trial by trial.
#pragma once

#include <cstdint>

#include "core/directory/loaded.hpp"
#include "core/study/run.hpp"

namespace CLI {
class App;
}

namespace qklab {

struct PlanLimit {
  std::uint64_t trials = 5;  // how many are listed
};

// Adds --limit and --all, which go with --dry-run, to the verb.
void add_plan_options(CLI::App& verb, PlanLimit& limit);

// Lists the trials that a run would find finished or would run, up to the limit; writes nothing.
void tell_plan(Loaded loaded, const RunRequest& request, PlanLimit limit);

}  // namespace qklab
