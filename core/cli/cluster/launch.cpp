#include <fmt/format.h>

#include <memory>

#include "core/cli/cli.hpp"
#include "core/cli/cluster/slurm_launch.hpp"
#include "core/cli/one_of.hpp"
#include "core/trial/experiment.hpp"

namespace qklab {

void add_launch(CLI::App& app, Exit& exit, const std::vector<std::string>& sbatch_options) {
  const auto arguments = std::make_shared<LaunchArguments>();
  CLI::App* verb = app.add_subcommand("launch", "run a sweep on a cluster");
  verb->require_subcommand(1);
  CLI::App* slurm =
      verb->add_subcommand("slurm", "as an array job, and a job after it that merges and reports");
  slurm->add_option("config", arguments->config, "YAML file")->required()->type_name("CONFIG");
  slurm
      ->add_option("overrides", arguments->overrides,
                   "key=value as for run; what stands behind -- are options of sbatch")
      ->type_name("KEY=VALUE ... [-- SBATCH-OPTION ...]");
  slurm->add_option("--shards", arguments->shards, "parts to cut the sweep into")
      ->required()
      ->check(CLI::Range(1, 1'000'000))
      ->type_name("N");
  slurm
      ->add_option("--max-parallel", arguments->max_parallel, "shards that run at a time (default: no limit)")
      ->check(CLI::Range(1, 1'000'000))
      ->type_name("N");
  slurm
      ->add_option(
          "--out", arguments->directory,
          "run directory (default: results/NAME, or results/NAME-PRESET for a preset other than fast)")
      ->type_name("DIR");
  slurm->add_option("--preset", arguments->preset, "smoke, fast, paper, or another one of the config")
      ->type_name("PRESET");
  slurm
      ->add_option("--scratch", arguments->scratch,
                   "folder on each node's own disk to run in (default: $SLURM_TMPDIR where it is set)")
      ->type_name("DIR");
  slurm->add_option("--rerun", arguments->rerun, "run finished trials again: failed, diverged or all")
      ->check(one_of({"failed", "diverged", "all"}));
  slurm->add_option("--max-array-size", arguments->max_array_size, "instead of the cluster's MaxArraySize")
      ->check(CLI::Range(2, 10'000'000))
      ->type_name("N");
  slurm->add_flag("-n,--dry-run", arguments->dry_run,
                  "print scripts, commands and the first trials; write and submit nothing");
  add_plan_options(*slurm, arguments->limit);
  slurm->add_flag("--yes", arguments->yes, "launch sweeps of over 10^7 trials too");
  slurm->callback([arguments, &app, &exit, sbatch_options] {
    const CLI::Option* plugin = app.get_option("--plugin");
    try {
      launch(*arguments,
             plugin->count() > 0 ? plugin->as<std::vector<std::string>>() : std::vector<std::string>(),
             sbatch_options);
    } catch (const Cancelled&) {
      fmt::print(stderr,
                 "interrupted: the jobs so far are recorded; the same command submits what is missing\n");
      exit = exit_interrupted;
    }
  });
}

}  // namespace qklab
