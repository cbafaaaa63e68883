#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "core/claims/verdict_table.hpp"
#include "core/cli/cli.hpp"
#include "core/cli/command.hpp"
#include "core/cli/signals.hpp"
#include "core/cli/terminal.hpp"
#include "core/cli/verbs/run.hpp"

namespace qklab {
namespace {

// Prints why the exit code is 1 although every trial was run. Returns whether there is such a reason.
bool tell_shortcomings(const Loaded& loaded, const Outputs& outputs, const std::string& directory) {
  if (outputs.failed > 0) {
    say(stderr, "{} trials failed; `qklab status {}` lists them, --rerun failed runs them again\n",
        outputs.failed, shell_quoted(directory));
  }
  for (std::size_t i = 0; i < outputs.verdicts.size(); ++i) {
    const Verdict& verdict = outputs.verdicts[i];
    if (falls_short(loaded.claims[i], verdict))
      say(stderr, "falls short: {} is demanded to hold, and its verdict is: {}\n", verdict.id,
          name_of(verdict.outcome));
  }
  return outputs.failed > 0 || falls_short(loaded.claims, outputs.verdicts);
}

void tell_interruption(const RunOutcome& outcome, const std::string& directory) {
  say(stderr, "interrupted; finished trials are kept in {}: the same command goes on from there\n",
      directory);
  // A trial that does not check for the stop request is still running in another thread.
  if (outcome.abandoned) std::_Exit(exit_interrupted);
}

}  // namespace

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

int run_and_tell(Loaded loaded, const RunRequest& request, RunEnd& end) {
  const std::string& directory = request.directory;
  const Shard& shard = request.shard;
  ProgressLine progress(loaded.config.name + (shard.is_whole() ? "" : " " + shard.str()));
  const Listener listener = {remark, [&](const std::string& line) { progress.note(line); },
                             [&](const Progress& now) { progress.update(now); },
                             [&](const Progress& all) { progress.finish(all); }};
  end = run(loaded, request, listener, stop_on_signals());
  if (end.outcome.interrupted) {
    tell_interruption(end.outcome, directory);
    return exit_interrupted;
  }
  const int exit = tell_outputs(loaded, end.outputs, directory);
  if (failed_fast(end))
    say(stderr, "stopped at the first failed trial, as --fail-fast asks; the same command goes on\n");
  return exit;
}

}  // namespace qklab
