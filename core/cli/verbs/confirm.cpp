#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "core/cli/cli.hpp"
#include "core/cli/signals.hpp"
#include "core/cli/terminal.hpp"
#include "core/cli/verbs/run.hpp"
#include "core/study/confirm.hpp"

namespace qklab {
namespace {

void tell_confirmation(const ConfirmPlan& plan) {
  const Config& config = plan.reserved.config;
  say("{}: {} trials with {} reserved seeds, {} finished and {} to run{}, into {} (dry run: nothing was "
      "written)\n",
      config.name, plan.trials, config.confirm_seeds, plan.trials - plan.to_run, plan.to_run,
      plan.to_run > 0 && plan.seconds > 0 ? ", about " + duration(plan.seconds) : "", plan.request.directory);
}

int confirm_and_tell(ConfirmPlan& plan) {
  ProgressLine progress(plan.reserved.config.name + " confirm");
  std::vector<RunningTrial> running;
  const Listener listener = {remark, [&](const std::string& line) { progress.note(line); },
                             [&](const Progress& now) {
                               if (!now.running.empty()) running = now.running;
                               progress.update(now);
                             },
                             [&](const Progress& all) { progress.finish(all); }};
  const ConfirmEnd end = confirm(plan, listener, stop_on_signals());
  if (end.reserved.outcome.interrupted)
    return tell_interruption(end.reserved.outcome, plan.request.directory, running);
  const int reserved = tell_results(plan.reserved, end.reserved.outputs, plan.request.directory);
  if (!end.judged) return reserved;
  return std::max(reserved, tell_outputs(plan.exploring, end.outputs, plan.directory));
}

}  // namespace

void add_confirm(CLI::App& app, Exit& exit) {
  struct Arguments {
    std::string directory;
    RunRequest request;
    bool dry_run = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  RunRequest& request = arguments->request;
  CLI::App* verb = app.add_subcommand(
      "confirm", "run what the claims read on seeds that the config reserves, once, and judge these alone");
  verb->add_option("directory", arguments->directory, "run directory whose run is finished")
      ->required()
      ->type_name("DIR");
  verb->add_flag("--dry-run", arguments->dry_run, "say how many trials there are; write nothing");
  verb->add_flag(
      "--fresh", request.fresh,
      "draw other reserved seeds, which is counted; earlier ones are kept under DIR/confirm.before-N");
  verb->add_option_function<std::string>(
          "--shard", [arguments](const std::string& text) { arguments->request.shard = parse_shard(text); },
          "run part I of N disjoint ones, one after the other, or in copies of DIR")
      ->type_name("I/N");
  verb->add_flag("--mix-builds", request.mix_builds,
                 "go on although another build of the plugin computed the trials");
  add_run_options(*verb, request);
  verb->callback([arguments, &exit] {
    ConfirmPlan plan = plan_confirmation(arguments->directory, arguments->request);
    for (const std::string& line : plan.remarks) remark(line);
    if (arguments->dry_run) return tell_confirmation(plan);
    exit = confirm_and_tell(plan);
  });
}

}  // namespace qklab
