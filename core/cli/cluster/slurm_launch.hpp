// Submits a sweep to Slurm: an array job of shards, followed by a job that merges and reports.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/cli/listing/plan.hpp"

namespace qklab {

struct LaunchArguments {
  std::string config, preset = "fast", directory, scratch, rerun;
  std::vector<std::string> overrides;
  std::uint64_t shards = 1, max_parallel = 0, max_array_size = 0;
  bool dry_run = false, yes = false;
  PlanLimit limit;  // of the dry run
};

// Writes the scripts, submits the shards that are unfinished and not queued, and prints what was done; with
// `dry_run` it prints scripts and commands instead. `sbatch_options` are passed on. Throws InputError for a
// config or a path that cannot be launched, Error if Slurm refuses, and Cancelled if a signal came between
// two submissions.
void launch(const LaunchArguments& arguments, const std::vector<std::string>& plugins,
            const std::vector<std::string>& sbatch_options);

}  // namespace qklab
