#include <fmt/format.h>

#include <cmath>
#include <memory>

#include "core/cli/cli.hpp"
#include "core/cli/listing/plan.hpp"
#include "core/cli/one_of.hpp"
#include "core/cli/terminal.hpp"
#include "core/cli/verbs/run.hpp"
#include "core/run/memory.hpp"

namespace qklab {

void add_run_options(CLI::App& verb, RunRequest& request) {
  verb.add_option("-j,--jobs", request.jobs,
                  "trials at a time (default: one a core that this process may use)")
      ->check(CLI::Range(1, 4096))
      ->type_name("N");
  verb.add_option_function<std::string>(
          "--rerun", [&request](const std::string& which) { request.rerun = rerun_named(which); },
          "run finished trials again: failed, diverged or all")
      ->check(one_of({"failed", "diverged", "all"}));
  verb.add_option_function<double>(
          "--checkpoint-every",
          [&request](double seconds) {
            request.checkpoint_every = std::chrono::milliseconds(std::llround(1000 * seconds));
          },
          "how often a long trial saves where it is (default: 10)")
      ->check(CLI::Range(0.0, 1e6))
      ->type_name("SECONDS");
  verb.add_option_function<std::string>(
          "--memory", [&request](const std::string& text) { request.memory = parse_memory(text); },
          "memory that trials may use together (default: all that there is)")
      ->type_name("SIZE");
  verb.add_flag("--fail-fast", request.fail_fast, "stop at the first failed trial");
}

void add_run(CLI::App& app, Exit& exit) {
  struct Arguments {
    std::string config;
    std::vector<std::string> overrides;
    std::string preset = "fast";
    RunRequest request;
    bool dry_run = false, quiet = false;
    PlanLimit limit;
  };
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("run", "run a sweep, or go on with one");
  verb->add_option("config", arguments->config, "YAML file")->required()->type_name("CONFIG");
  verb->add_option("overrides", arguments->overrides,
                   "key=value: mean=0.5, mean=0,0.5,1, mean=linspace(0,1,5), seeds=4")
      ->type_name("KEY=VALUE");
  verb->add_option("--preset", arguments->preset, "smoke, fast, paper, or another one of the config")
      ->type_name("PRESET");
  verb->add_option(
          "--out", arguments->request.directory,
          "run directory (default: results/NAME, or results/NAME-PRESET for a preset other than fast)")
      ->type_name("DIR");
  verb->add_flag("-n,--dry-run", arguments->dry_run,
                 "check the config and list the first trials; write nothing");
  add_plan_options(*verb, arguments->limit);
  verb->add_flag("--fresh", arguments->request.fresh,
                 "start over; earlier results are kept under DIR.before-N");
  verb->add_option_function<std::string>(
          "--shard", [arguments](const std::string& text) { arguments->request.shard = parse_shard(text); },
          "run part I of N disjoint ones, into a directory of its own or, one after the other, into one")
      ->type_name("I/N");
  verb->add_option("--scratch", arguments->request.scratch,
                   "run in a folder below DIR, on a local disk, and copy back at the end and now and then")
      ->type_name("DIR");
  verb->add_option("--besides", arguments->request.besides,
                   "do not run what this run directory has finished; may be given several times")
      ->allow_extra_args(false)
      ->type_name("DIR");
  verb->add_flag("--mix-builds", arguments->request.mix_builds,
                 "go on with trials that another build of the plugin computed");
  verb->add_flag("--yes", arguments->request.large_is_meant, "run sweeps of over 10^7 trials too");
  add_run_options(*verb, arguments->request);
  verb->add_flag("--quiet", arguments->quiet, "print nothing but what went wrong");
  // What other programs' users type: all of it is the default here.
  verb->add_flag_callback(
          "-k,--keep-going", [] {}, "go on after a trial that failed, as it does in any case")
      ->excludes(verb->get_option("--fail-fast"));
  verb->add_flag_callback(
      "-m,--multirun", [] {}, "run every combination of several values, as it does in any case");
  verb->callback([arguments, &exit] {
    ConfigSource source = read_source(arguments->config);
    source.preset = arguments->preset;
    source.overrides = arguments->overrides;
    Loaded loaded = load_config(source);
    RunRequest& request = arguments->request;
    if (request.directory.empty()) request.directory = default_directory(loaded.config);
    for (const std::string& line : look_ahead(loaded, request))
      if (!arguments->quiet) remark(line);
    if (arguments->dry_run) return tell_plan(std::move(loaded), request, arguments->limit);
    RunEnd end;
    exit = run_and_tell(std::move(loaded), request, end, arguments->quiet);
  });
}

}  // namespace qklab
