// Scripts, array ranges and sbatch command lines for Slurm; and the jobs of a sweep in its queue.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace qklab {

// A sweep that is cut into shards, each a task of an array job, followed by a job that merges.
struct SlurmSweep {
  std::string name;       // the config's name
  std::string directory;  // absolute
  std::string program;    // path of qklab itself, absolute
  std::uint64_t shards = 1;
  std::uint64_t max_parallel = 0;           // tasks at a time; 0: as many as the cluster allows
  std::string scratch;                      // "": $SLURM_TMPDIR, if the cluster sets it
  std::vector<std::string> plugins;         // "--plugin", FILE, ...
  std::vector<std::string> run_arguments;   // overrides and options of `qklab run`
  std::vector<std::string> sbatch_options;  // given behind --

  std::string config() const { return directory + "/slurm/config.yaml"; }
  std::string jobs_file() const { return directory + "/slurm/jobs.csv"; }
  std::string shard_directory(std::uint64_t shard) const;
};

std::string shard_script(const SlurmSweep& sweep);  // its argument is added to the task's number
std::string merge_script(const SlurmSweep& sweep);

// Task numbers of an array job must be below the cluster's MaxArraySize: task t runs shard offset + t.
struct ArrayPart {
  std::uint64_t offset = 0;
  std::string tasks;  // "1-4,7"
};
std::vector<ArrayPart> split_into_arrays(const std::vector<std::uint64_t>& shards,
                                         std::uint64_t max_array_size);

// If the number of simultaneous tasks is limited, an array waits for the previous one.
std::vector<std::string> sbatch_shards(const SlurmSweep& sweep, const ArrayPart& part,
                                       const std::string& after);
std::vector<std::string> sbatch_merge(const SlurmSweep& sweep, const std::vector<std::string>& after);

// Runs sbatch and returns the job's number. Throws Error with sbatch's message if it refuses.
std::string submit(const std::vector<std::string>& sbatch);

std::uint64_t cluster_max_array_size();  // throws Error if the cluster cannot be asked

struct Queued {
  std::set<std::uint64_t> shards;
  std::set<std::string> jobs;
};
// Shards of earlier launches that wait or run. Throws InputError if these have another number of shards.
Queued queued_shards(const SlurmSweep& sweep);
void remember_job(const SlurmSweep& sweep, const std::string& job, std::uint64_t offset);

}  // namespace qklab
