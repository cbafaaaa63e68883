#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <vector>

#include "core/claims/verdict_table.hpp"
#include "core/cli/cli.hpp"
#include "core/cli/command.hpp"
#include "core/cli/running_text.hpp"
#include "core/cli/signals.hpp"
#include "core/cli/terminal.hpp"
#include "core/cli/verbs/run.hpp"

namespace qklab {
namespace {

// "holds", or "holds, not confirmed" where it is demanded to be confirmed.
std::string what_it_is(const Verdict& verdict, const Claim& claim) {
  const std::string outcome(name_of(verdict.outcome));
  if (!claim.demand_confirmed || !verdict.standing) return outcome;
  return fmt::format("{}, {}", outcome, name_of(*verdict.standing));
}

// Prints why the exit code is 1 although every trial was run. Returns whether there is such a reason.
bool tell_shortcomings(const Loaded& loaded, const Outputs& outputs, const std::string& directory) {
  if (outputs.failed > 0) {
    say(stderr, "{} trials failed; `qklab status {}` lists them, --rerun failed runs them again\n",
        outputs.failed, shell_quoted(directory));
  }
  for (std::size_t i = 0; i < outputs.verdicts.size(); ++i) {
    const Verdict& verdict = outputs.verdicts[i];
    if (falls_short(loaded.claims[i], verdict))
      say(stderr, "falls short: {} is demanded to {}, and its verdict is: {}\n", verdict.id,
          loaded.claims[i].demand_confirmed ? "be confirmed" : "hold", what_it_is(verdict, loaded.claims[i]));
  }
  return outputs.failed > 0 || falls_short(loaded.claims, outputs.verdicts);
}

}  // namespace

int tell_interruption(const RunOutcome& outcome, const std::string& directory,
                      const std::vector<RunningTrial>& running) {
  std::vector<RunningTrial> saved;
  std::ranges::copy_if(running, std::back_inserter(saved), [&](const RunningTrial& each) {
    return std::filesystem::exists(fmt::format("{}/checkpoints/{}", directory, trial_name(each.id)));
  });
  if (!saved.empty()) say(stderr, "saved as well: {}, or a little further\n", places_text(saved));
  say(stderr, "interrupted; finished trials are kept in {}: the same command goes on from there\n",
      directory);
  // A trial that does not check for the stop request is still running in another thread.
  if (outcome.abandoned) std::_Exit(exit_interrupted);
  return exit_interrupted;
}

int tell_results(const Loaded& loaded, const Outputs& outputs, const std::string& directory) {
  say("reserved seeds: {}{}\n", directory,
      outputs.missing == 0 ? ""
                           : fmt::format(" ({} trials have not been run: no verdicts yet)", outputs.missing));
  return tell_shortcomings(loaded, outputs, directory) ? exit_failed : exit_done;
}

int tell_outputs(const Loaded& loaded, const Outputs& outputs, const std::string& directory) {
  if (outputs.missing > 0) {
    say("results: {} ({} trials of the sweep have not been run: no figures or verdicts yet)\n", directory,
        outputs.missing);
  } else {
    if (!outputs.account.empty()) say("{}\n", outputs.account);
    if (!outputs.verdicts.empty())
      say("{}", verdict_table(loaded.claims, outputs.verdicts, terminal_width(), color_wanted()));
    say("results: {}\n", directory);
    for (const std::string& file : outputs.figures) say("figure:  {}\n", file);
    say("report:  {}/report.html\n", directory);
    for (const std::string& sentence : outputs.baselines) say(stderr, "{}\n", sentence);
  }
  const bool short_of = tell_shortcomings(loaded, outputs, directory);
  return short_of || outputs.undrawn > 0 ? exit_failed : exit_done;
}

bool failed_fast(const RunEnd& end) { return end.outcome.failed_fast && end.outputs.missing > 0; }

int run_and_tell(Loaded loaded, const RunRequest& request, RunEnd& end, bool quiet) {
  const std::string& directory = request.directory;
  const Shard& shard = request.shard;
  ProgressLine progress(loaded.config.name + (shard.is_whole() ? "" : " " + shard.str()));
  std::vector<RunningTrial> running;
  Listener listener = {.failure = [&](const std::string& line) { progress.note(line); }};
  listener.progress = [&](const Progress& now) {
    if (!now.running.empty()) running = now.running;
    if (!quiet) progress.update(now);
  };
  if (!quiet) {
    listener.remark = remark;
    listener.finished = [&](const Progress& all) { progress.finish(all); };
  }
  end = run(loaded, request, listener, stop_on_signals());
  if (end.outcome.interrupted) {
    return tell_interruption(end.outcome, directory, running);
  }
  const int exit = quiet ? tell_shortcomings(loaded, end.outputs, directory) || end.outputs.undrawn > 0
                         : tell_outputs(loaded, end.outputs, directory);
  if (failed_fast(end))
    say(stderr, "stopped at the first failed trial, as --fail-fast asks; the same command goes on\n");
  return exit;
}

}  // namespace qklab
