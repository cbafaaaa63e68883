// What Slurm's programs answer on their standard output, and what is kept of it, as text: nothing here calls
// them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qklab {

// The job's number in what `sbatch --parsable` prints: "4242" or "4242;cluster". Lines beside it, which a
// site's wrapper may print, are passed over; nothing where there is no such line, or several that differ.
std::optional<std::string> parse_sbatch(std::string_view answer);

// A task of an array job that waits or runs.
struct QueuedTask {
  std::string job;
  std::uint64_t task;
  bool operator==(const QueuedTask&) const = default;
};
// What `squeue -h -r -o "%F %K"` prints: a job's number and a task's, or "N/A" for a job that is no array.
// Throws Error for a job whose task is anything else, since what is queued is then unknown; other lines are
// passed over.
std::vector<QueuedTask> parse_squeue(std::string_view answer);

// MaxArraySize in what `scontrol show config` prints; nothing where it does not tell.
std::optional<std::uint64_t> parse_max_array_size(std::string_view answer);

// A line of slurm/jobs.csv: a job that was submitted, whose task t is shard offset + t of so many.
struct SubmittedJob {
  std::string job;
  std::uint64_t offset, shards;
  bool operator==(const SubmittedJob&) const = default;
};
// Lines that are cut or no such lines are passed over.
std::vector<SubmittedJob> parse_jobs(std::string_view csv);

}  // namespace qklab
