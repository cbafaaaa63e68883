#include "core/cli/listing/plan.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <limits>
#include <unordered_map>

#include "core/cli/cli.hpp"
#include "core/cli/terminal.hpp"
#include "core/search/asking.hpp"
#include "core/study/beforehand.hpp"
#include "core/sweep/shard.hpp"
#include "core/sweep/telling.hpp"

namespace qklab {

namespace {

using Statuses = std::unordered_map<std::uint64_t, Status>;

// The status of the trials that the run would find finished.
Statuses known_statuses(const RunRequest& request) {
  Statuses known;
  const auto add = [&](const std::string& directory) {
    Store(store_path(directory), Store::Mode::read).for_each_status([&](std::uint64_t id, Status status) {
      if (runs_again(status, request.rerun)) return;
      // A failure in one place does not count if another place has a result.
      const auto [at, is_new] = known.emplace(id, status);
      if (!is_new && at->second == Status::failed) at->second = status;
    });
  };
  if (!request.fresh && std::filesystem::exists(store_path(request.directory))) add(request.directory);
  for (const std::string& directory : request.besides) add(directory);
  return known;
}

// Text about what a strategy may add or leave out, which is known only while the sweep runs.
std::string what_else(const Sweep& sweep) {
  std::string more;
  for (const StrategyPointer& each : sweep.strategies()) more += each->outlook();
  return more;
}

}  // namespace

void add_plan_options(CLI::App& verb, PlanLimit& limit) {
  CLI::Option* const dry_run = verb.get_option("--dry-run");
  CLI::Option* const most =
      verb.add_option("--limit", limit.trials, "with --dry-run: how many trials are listed (default: 5)")
          ->needs(dry_run)
          ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1'000'000'000}))
          ->type_name("N");
  verb.add_flag_callback(
          "--all", [&limit] { limit.trials = std::numeric_limits<std::uint64_t>::max(); },
          "with --dry-run: list all trials; finished ones are marked, here as there")
      ->needs(dry_run)
      ->excludes(most);
}

void tell_plan(Loaded loaded, const RunRequest& request, PlanLimit limit) {
  const Config& config = loaded.config;
  if (!request.fresh && std::filesystem::exists(store_path(request.directory))) {
    const Store store(store_path(request.directory), Store::Mode::read);
    take_over_proposals(loaded, store);
    grow(loaded, store);
  }
  const Statuses known = known_statuses(request);
  const ShardMembers members(config.sweep, request.shard);
  const Telling telling(config.sweep);
  std::uint64_t listed = 0, finished = 0;
  config.sweep.for_each([&](const TrialSpec& trial) {
    if (!members.has(trial.id)) return true;
    const auto found = known.find(trial.id);
    finished += found != known.end() ? 1 : 0;
    if (listed++ < limit.trials) {
      say("{:<8}  {}  {}\n", found == known.end() ? "to run" : name_of(found->second), trial_name(trial.id),
          telling.text(trial.params));
    }
    return true;
  });
  if (listed > limit.trials) say("... and {} more, which --all lists\n", listed - limit.trials);
  say("{}: {} trials{} of {}, {} finished and {} to run, into {} (dry run: nothing was written)\n",
      config.name, listed, what_else(config.sweep), config.experiment->name, finished, listed - finished,
      request.directory);
  if (const std::string few = too_few_seeds(loaded); !few.empty()) remark(few);
}

}  // namespace qklab
