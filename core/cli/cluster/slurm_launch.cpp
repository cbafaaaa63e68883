#include "core/cli/cluster/slurm_launch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <filesystem>

#include "core/cli/cluster/slurm.hpp"
#include "core/cli/command.hpp"
#include "core/cli/signals.hpp"
#include "core/directory/belongs.hpp"
#include "core/study/beforehand.hpp"
#include "core/system/file.hpp"

namespace qklab {

namespace {

namespace fs = std::filesystem;

// Shards with trials that neither the merged directory nor any shard has finished.
std::vector<std::uint64_t> unfinished(const Sweep& sweep, const SlurmSweep& slurm, const std::string& rerun) {
  std::unordered_map<std::uint64_t, Status> known;
  const auto add = [&known](const std::string& directory) {
    if (!fs::exists(store_path(directory))) return;
    // A failure in one place does not count if another place has a result.
    for (const auto& [id, status] : Store(store_path(directory), Store::Mode::read).statuses()) {
      const auto [at, is_new] = known.emplace(id, status);
      if (!is_new && at->second == Status::failed) at->second = status;
    }
  };
  add(slurm.directory);
  if (fs::exists(slurm.directory + "/shards"))
    for (const auto& entry : fs::directory_iterator(slurm.directory + "/shards")) add(entry.path().string());

  std::vector<std::uint64_t> ids = sweep.ids();
  std::sort(ids.begin(), ids.end());
  std::vector<bool> missing(slurm.shards);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto found = known.find(ids[i]);
    const bool has = found != known.end() && found->second != Status::pruned && rerun != "all" &&
                     rerun != name_of(found->second);
    if (!has) missing[shard_of_rank(i, slurm.shards) - 1] = true;
  }
  std::vector<std::uint64_t> shards;
  for (std::uint64_t shard = 1; shard <= slurm.shards; ++shard)
    if (missing[shard - 1]) shards.push_back(shard);
  return shards;
}

SlurmSweep describe(const LaunchArguments& arguments, const Config& config,
                    const std::vector<std::string>& plugins) {
  SlurmSweep slurm;
  slurm.name = config.name;
  slurm.directory =
      fs::absolute(arguments.directory.empty() ? default_directory(config) : arguments.directory).string();
  while (slurm.directory.size() > 1 && slurm.directory.ends_with('/')) slurm.directory.pop_back();
  if (slurm.directory.find_first_of("%\n\\") != std::string::npos)
    throw InputError(
        fmt::format("{}: Slurm takes '%' and '\\' in a path for something else", slurm.directory));
  slurm.program = fs::read_symlink("/proc/self/exe").string();
  slurm.shards = arguments.shards;
  slurm.max_parallel = arguments.max_parallel;
  slurm.scratch = arguments.scratch;
  for (const std::string& plugin : plugins)
    slurm.plugins.insert(slurm.plugins.end(), {"--plugin", fs::absolute(plugin).string()});
  slurm.run_arguments = arguments.overrides;
  slurm.run_arguments.insert(slurm.run_arguments.end(), {"--preset", arguments.preset});
  if (!arguments.rerun.empty())
    slurm.run_arguments.insert(slurm.run_arguments.end(), {"--rerun", arguments.rerun});
  if (arguments.yes) slurm.run_arguments.push_back("--yes");
  return slurm;
}

// Everything that the jobs need is created before the first is submitted: Slurm drops a job without a message
// if the folder of its log is missing.
void prepare(const SlurmSweep& slurm, const Config& config) {
  make_output_directory(slurm.directory);
  make_directories(slurm.directory + "/slurm/log");
  make_directories(slurm.directory + "/shards");
  write_file(slurm.config(), config.source.text);
  write_file(slurm.directory + "/slurm/shard.sh", shard_script(slurm));
  write_file(slurm.directory + "/slurm/merge.sh", merge_script(slurm));
  Store(store_path(slurm.directory), Store::Mode::write)
      .set_source(config.source, config.experiment->name, config.experiment->version);
}

void show(const SlurmSweep& slurm, const std::vector<ArrayPart>& parts, bool merges) {
  fmt::print("# {}/slurm/shard.sh\n{}\n# {}/slurm/merge.sh\n{}\n", slurm.directory, shard_script(slurm),
             slurm.directory, merge_script(slurm));
  std::vector<std::string> jobs;
  for (const ArrayPart& part : parts) {
    fmt::print("{}\n", shell_line(sbatch_shards(slurm, part, jobs.empty() ? "" : jobs.back())));
    jobs.push_back(fmt::format("JOB{}", jobs.size() + 1));
  }
  if (merges) fmt::print("{}\n", shell_line(sbatch_merge(slurm, jobs)));
}

// A run that would find what the merged directory and the shards have finished.
RunRequest found_there(const SlurmSweep& slurm, const std::string& rerun) {
  RunRequest request;
  request.directory = slurm.directory;
  if (!rerun.empty()) request.rerun = rerun_named(rerun);
  if (!fs::exists(slurm.directory + "/shards")) return request;
  for (const auto& entry : fs::directory_iterator(slurm.directory + "/shards"))
    if (fs::exists(store_path(entry.path().string()))) request.besides.push_back(entry.path().string());
  return request;
}

std::uint64_t array_size(const LaunchArguments& arguments) {
  constexpr std::uint64_t slurms_default = 1001;
  if (arguments.max_array_size > 0) return arguments.max_array_size;
  try {
    return cluster_max_array_size();
  } catch (const Error&) {
    if (!arguments.dry_run) throw;  // scripts can be inspected without a cluster
    return slurms_default;
  }
}

}  // namespace

void launch(const LaunchArguments& arguments, const std::vector<std::string>& plugins,
            const std::vector<std::string>& sbatch_options) {
  ConfigSource source = read_source(arguments.config);
  source.preset = arguments.preset;
  source.overrides = arguments.overrides;
  const Loaded loaded = load_config(source);
  const Config& config = loaded.config;
  refuse_accidents(config, arguments.yes, true);
  refuse_figures(loaded);
  for (const StrategyPointer& each : config.sweep.strategies())
    if (const std::string why = each->why_unknown(); !why.empty())
      throw InputError(fmt::format("{}: {}", each->place.str(), why));
  SlurmSweep slurm = describe(arguments, config, plugins);
  slurm.sbatch_options = sbatch_options;

  const std::vector<std::uint64_t> wanted = unfinished(config.sweep, slurm, arguments.rerun);
  const Queued queued = queued_shards(slurm);
  std::vector<std::uint64_t> shards;
  std::set_difference(wanted.begin(), wanted.end(), queued.shards.begin(), queued.shards.end(),
                      std::back_inserter(shards));
  const auto all_here = [&] {
    const auto known = Store(store_path(slurm.directory), Store::Mode::read).statuses();
    const auto ids = config.sweep.ids();
    return std::all_of(ids.begin(), ids.end(), [&](std::uint64_t id) { return known.count(id) > 0; });
  };
  const bool merges = !shards.empty() || !fs::exists(store_path(slurm.directory)) || !all_here();
  const std::vector<ArrayPart> parts = split_into_arrays(shards, array_size(arguments));
  if (arguments.dry_run) {
    show(slurm, parts, merges);
    return tell_plan(loaded, found_there(slurm, arguments.rerun), arguments.limit);
  }

  refuse_other_experiment(slurm.directory, config);
  // If Ctrl-C came between a job's submission and its record, the job would later be submitted again.
  const std::atomic<bool>& stop = stop_on_signals();
  prepare(slurm, config);
  std::vector<std::string> jobs(queued.jobs.begin(), queued.jobs.end()), submitted;
  for (const ArrayPart& part : parts) {
    if (stop) throw Cancelled{};
    submitted.push_back(submit(sbatch_shards(slurm, part, submitted.empty() ? "" : submitted.back())));
    remember_job(slurm, submitted.back(), part.offset);
  }
  jobs.insert(jobs.end(), submitted.begin(), submitted.end());
  fmt::print("{} shards: {} finished, {} queued, {} submitted{}\n", slurm.shards,
             slurm.shards - wanted.size(), wanted.size() - shards.size(), shards.size(),
             submitted.empty() ? "" : fmt::format(" (job {})", fmt::join(submitted, ", ")));
  if (stop) throw Cancelled{};
  if (merges) fmt::print("merge:   job {}\n", submit(sbatch_merge(slurm, jobs)));
  fmt::print("results: {}\nlogs:    {}/slurm/log\nThe same command again submits what is then missing.\n",
             slurm.directory, slurm.directory);
}

}  // namespace qklab
