#include <fmt/format.h>

#include <cmath>
#include <memory>

#include "core/cli/cli.hpp"
#include "core/cli/command.hpp"
#include "core/cli/listing/state.hpp"
#include "core/cli/running_text.hpp"
#include "core/cli/terminal.hpp"
#include "core/confirm/confirming_run.hpp"
#include "core/directory/loaded.hpp"
#include "core/directory/running.hpp"
#include "core/directory/series_needed.hpp"
#include "core/store/store.hpp"
#include "core/strategies/strategy.hpp"
#include "core/sweep/telling.hpp"

namespace qklab {

namespace {

constexpr std::size_t failures_shown = 20;

void print_running(const std::string& directory) {
  const RunningTrials running = read_running(directory);
  for (const RunningTrial& each : running.trials)
    fmt::print("running {}{}: {}\n", trial_name(each.id),
               each.about.empty() ? "" : fmt::format(" ({})", each.about), trial_text(each));
  if (std::isfinite(running.left)) fmt::print("{} left until all is done\n", duration(running.left));
}

// How far reserved seeds have got, if they have begun.
void print_confirmation(const std::string& directory) {
  const History history = history_of(directory);
  if (history.rounds.empty()) return;
  const History::Round& round = history.rounds.rbegin()->second;
  const std::string confirm = confirming_directory(directory);
  if (!round.judged.empty())
    fmt::print("reserved seeds were judged at {}, see {}\n", round.judged, confirm);
  else
    fmt::print(
        "reserved seeds were begun at {} and not yet judged: `qklab status {}` tells how far they are\n",
        round.begun, shell_quoted(confirm));
}

void print_status(const std::string& directory) {
  const Store store(store_path(directory), Store::Mode::read);
  const ConfigSource source = store.source();
  const StoreCounts counts = store.counts();
  fmt::print("{}: {} done, {} failed, {} diverged{} (config {}, preset {})\n", directory, counts.done,
             counts.failed, counts.diverged,
             counts.pruned > 0 ? fmt::format(", {} pruned", counts.pruned) : "", source.file, source.preset);
  Telling telling;
  // The sweep's size is known only if the experiment is: its plugin may not be loaded.
  try {
    Loaded loaded = load_config(source);
    grow(loaded, store);
    const Config& config = loaded.config;
    telling = Telling(config.sweep);
    const auto statuses = store.statuses();
    std::uint64_t kept = 0;
    const std::vector<std::uint64_t> ids = config.sweep.ids();
    for (const std::uint64_t id : ids) kept += statuses.count(id);
    const std::uint64_t unfinished = unfinished_trials(config.sweep, store);
    fmt::print("the sweep has {} trials: {} finished, {} to run\n", ids.size(), ids.size() - unfinished,
               unfinished);
    if (!config.sweep.strategies().empty()) {
      const std::string account =
          account_of(config.sweep, store.load(config.sweep, series_needed(loaded.figures, loaded.claims)));
      if (!account.empty()) fmt::print("{}\n", account);
    }
    if (const std::uint64_t others = statuses.size() - kept; others > 0) {
      fmt::print("{} more trials are kept that this config does not ask for\n", others);
    }
    print_confirmation(directory);
  } catch (const InputError& error) {
    fmt::print("the size of the sweep is unknown: {}\n", error.what());
  }
  print_running(directory);
  for (const Store::Failure& failure : store.failures(failures_shown)) {
    fmt::print("{} {}: {} ({})\n", name_of(failure.status), trial_name(failure.id), failure.message,
               telling.text_of_json(failure.params));
  }
  if (counts.failed + counts.diverged > failures_shown) {
    fmt::print("... and {} more\n", counts.failed + counts.diverged - failures_shown);
  }
}

}  // namespace

void add_status(CLI::App& app, Exit&) {
  const auto directory = std::make_shared<std::string>();
  const auto as_json = std::make_shared<bool>(false);
  CLI::App* verb = app.add_subcommand("status", "what a run directory holds; never disturbs a running sweep");
  verb->add_option("directory", *directory, "run directory")->required()->type_name("DIR");
  verb->add_flag("--json", *as_json, "as JSON, for other programs");
  verb->callback([directory, as_json] {
    if (!std::filesystem::exists(store_path(*directory))) {
      throw InputError(fmt::format("{}: no run directory: it has no run.db", *directory));
    }
    if (*as_json) return fmt::print("{}\n", state_json(state_of(*directory, failures_shown)));
    print_status(*directory);
  });
}

}  // namespace qklab
