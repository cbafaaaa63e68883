#include "core/cli/cluster/slurm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include "core/base/error.hpp"
#include "core/cli/cluster/slurm_answers.hpp"
#include "core/cli/command.hpp"
#include "core/cli/terminal.hpp"
#include "core/system/file.hpp"

namespace qklab {

std::string SlurmSweep::shard_directory(std::uint64_t shard) const {
  return fmt::format("{}/shards/{}-of-{}", directory, shard, shards);
}

std::string shard_script(const SlurmSweep& sweep) {
  std::vector<std::string> run = {sweep.program};
  run.insert(run.end(), sweep.plugins.begin(), sweep.plugins.end());
  run.insert(run.end(), {"run", sweep.config()});
  run.insert(run.end(), sweep.run_arguments.begin(), sweep.run_arguments.end());
  run.insert(run.end(), {"--besides", sweep.directory});
  // exec makes qklab itself receive the signals that Slurm sends before it kills.
  return fmt::format(R"sh(#!/bin/bash
# One shard of {}; written by qklab launch.
shard=$((SLURM_ARRAY_TASK_ID + ${{1:-0}}))
scratch={}
echo "shard $shard of {} on $(hostname), $(date -u +%FT%TZ)"
exec {} \
  --shard "$shard/{}" --out {}/shards/"$shard-of-{}" -j "${{SLURM_CPUS_PER_TASK:-1}}" \
  ${{scratch:+--scratch "$scratch"}}
)sh",
                     sweep.name, sweep.scratch.empty() ? "${SLURM_TMPDIR:-}" : shell_quoted(sweep.scratch),
                     sweep.shards, shell_line(run), sweep.shards, shell_quoted(sweep.directory),
                     sweep.shards);
}

std::string merge_script(const SlurmSweep& sweep) {
  std::vector<std::string> program = {sweep.program};
  program.insert(program.end(), sweep.plugins.begin(), sweep.plugins.end());
  const std::string directory = shell_quoted(sweep.directory);
  return fmt::format(R"sh(#!/bin/bash
# Merges what the shards of {} have left and reports; written by qklab launch.
exec {} merge {}/shards --out {} --config-of {}
)sh",
                     sweep.name, shell_line(program), directory, directory, directory);
}

namespace {

constexpr std::size_t most_task_list = 60'000;  // less than the 128 KiB that Linux accepts

}  // namespace

std::vector<ArrayPart> split_into_arrays(const std::vector<std::uint64_t>& shards,
                                         std::uint64_t max_array_size) {
  const std::uint64_t length = std::max<std::uint64_t>(max_array_size, 2) - 1;  // tasks 1 .. length
  std::vector<ArrayPart> parts;
  for (std::size_t i = 0; i < shards.size();) {
    const std::uint64_t offset = (shards[i] - 1) / length * length;
    ArrayPart part{offset, ""};
    while (i < shards.size() && shards[i] <= offset + length) {
      std::size_t last = i;
      while (last + 1 < shards.size() && shards[last + 1] == shards[last] + 1 &&
             shards[last + 1] <= offset + length)
        ++last;
      // A longer argument is not allowed, so the remaining shards go to another array job.
      if (part.tasks.size() >= most_task_list) break;
      part.tasks += part.tasks.empty() ? "" : ",";
      part.tasks += std::to_string(shards[i] - offset);
      if (last > i) part.tasks += "-" + std::to_string(shards[last] - offset);
      i = last + 1;
    }
    parts.push_back(part);
  }
  return parts;
}

namespace {

std::vector<std::string> sbatch(const SlurmSweep& sweep, const std::string& suffix, const std::string& log) {
  return {"sbatch", "--parsable", fmt::format("--job-name=qklab-{}{}", sweep.name, suffix),
          fmt::format("--output={}/slurm/log/{}", sweep.directory, log), "--open-mode=append"};
}

}  // namespace

std::vector<std::string> sbatch_shards(const SlurmSweep& sweep, const ArrayPart& part,
                                       const std::string& after) {
  std::vector<std::string> command = sbatch(sweep, "", "shard-%A_%a.out");
  command.push_back("--array=" + part.tasks +
                    (sweep.max_parallel > 0 ? fmt::format("%{}", sweep.max_parallel) : ""));
  if (sweep.max_parallel > 0 && !after.empty()) command.push_back("--dependency=afterany:" + after);
  command.insert(command.end(), sweep.sbatch_options.begin(), sweep.sbatch_options.end());
  command.push_back(sweep.directory + "/slurm/shard.sh");
  command.push_back(std::to_string(part.offset));
  return command;
}

std::vector<std::string> sbatch_merge(const SlurmSweep& sweep, const std::vector<std::string>& after) {
  std::vector<std::string> command = sbatch(sweep, "-merge", "merge-%j.out");
  // Two merges into one directory must not run at the same time.
  command.push_back(after.empty() ? "--dependency=singleton"
                                  : fmt::format("--dependency=afterany:{},singleton", fmt::join(after, ":")));
  command.insert(command.end(), sweep.sbatch_options.begin(), sweep.sbatch_options.end());
  command.push_back(sweep.directory + "/slurm/merge.sh");
  return command;
}

std::string submit(const std::vector<std::string>& command) {
  const Called called = call(command);
  if (called.code != 0) throw Error(fmt::format("{}\nsbatch: {}", shell_line(command), called.str()));
  say(stderr, "{}", called.notes);
  if (const auto job = parse_sbatch(called.output)) return *job;
  throw Error(fmt::format(
      "{}\nsbatch: {}\nthis answer has no job's number; the job may be in the queue all the same: look "
      "with `squeue --me`, and scancel it before the same command is given again",
      shell_line(command), called.str()));
}

std::uint64_t cluster_max_array_size() {
  const Called called = call({"scontrol", "show", "config"});
  if (const auto size = parse_max_array_size(called.output)) return *size;
  throw Error(fmt::format("scontrol show config: {}: does not tell MaxArraySize; is this a Slurm cluster?",
                          called.str()));
}

Queued queued_shards(const SlurmSweep& sweep) {
  std::map<std::string, SubmittedJob> jobs;
  if (std::filesystem::exists(sweep.jobs_file()))
    for (SubmittedJob& each : parse_jobs(read_file(sweep.jobs_file()))) jobs[each.job] = each;
  Queued queued;
  if (jobs.empty()) return queued;
  // SQUEUE_STATES, SQUEUE_PARTITION and similar variables would hide jobs, which would then be submitted
  // twice.
  const Called called = call({"squeue", "-h", "-r", "--me", "-o", "%F %K"}, "SQUEUE_");
  if (called.code != 0) throw Error(fmt::format("squeue: {}; what is queued is unknown", called.str()));
  for (const auto& [job, task] : parse_squeue(called.output)) {
    const auto found = jobs.find(job);
    if (found == jobs.end()) continue;
    if (found->second.shards != sweep.shards) {
      throw InputError(fmt::format(
          "job {} of an earlier launch of {} shards is still queued; give --shards {}, or scancel {} first",
          job, found->second.shards, found->second.shards, job));
    }
    queued.shards.insert(found->second.offset + task);
    queued.jobs.insert(job);
  }
  return queued;
}

void remember_job(const SlurmSweep& sweep, const std::string& job, std::uint64_t offset) {
  std::ofstream file(sweep.jobs_file(), std::ios::app);
  file << job << ',' << offset << ',' << sweep.shards << '\n';
  if (!file.flush())
    throw Error(fmt::format("{}: cannot be written, so that job {} would be submitted twice; scancel it",
                            sweep.jobs_file(), job));
}

}  // namespace qklab
