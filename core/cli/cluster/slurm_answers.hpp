// Parses the standard output of Slurm's programs, and the record of submitted jobs. Nothing here calls a
// program.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qklab {

// The job's number in the output of `sbatch --parsable`: "4242" or "4242;cluster". Other lines, which a
// site's wrapper may print, are ignored; nothing if there is no such line, or if several differ.
std::optional<std::string> parse_sbatch(std::string_view answer);

// A task of an array job that waits or runs.
struct QueuedTask {
  std::string job;
  std::uint64_t task;
  bool operator==(const QueuedTask&) const = default;
};
// The output of `squeue -h -r -o "%F %K"`: the numbers of a job and a task, or "N/A" for a job that is not an
// array. Throws Error for a job with any other task, since the queue's content is then unknown; other lines
// are ignored.
std::vector<QueuedTask> parse_squeue(std::string_view answer);

// MaxArraySize in the output of `scontrol show config`; nothing if it is not there.
std::optional<std::uint64_t> parse_max_array_size(std::string_view answer);

// A line of slurm/jobs.csv: a submitted job, whose task t runs shard offset + t.
struct SubmittedJob {
  std::string job;
  std::uint64_t offset, shards;
  bool operator==(const SubmittedJob&) const = default;
};
// Incomplete and invalid lines are ignored.
std::vector<SubmittedJob> parse_jobs(std::string_view csv);

}  // namespace qklab
