#include <fmt/format.h>

#include <filesystem>
#include <unordered_map>

#include "core/cli/terminal.hpp"
#include "core/cli/verbs/run.hpp"
#include "core/sweep/shard.hpp"
#include "core/sweep/telling.hpp"

namespace qklab {

namespace {

constexpr std::uint64_t shown_unasked = 5;

using Statuses = std::unordered_map<std::uint64_t, Status>;

// The status of the trials that the run would find finished.
Statuses known_statuses(const RunRequest& request) {
  Statuses known;
  const auto add = [&](const std::string& directory) {
    Store(store_path(directory), Store::Mode::read).for_each_status([&](std::uint64_t id, Status status) {
      if (!runs_again(status, request.rerun)) known.emplace(id, status);
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

void tell_plan(Loaded loaded, const RunRequest& request, bool all) {
  const Config& config = loaded.config;
  if (!request.fresh && std::filesystem::exists(store_path(request.directory)))
    grow(loaded, Store(store_path(request.directory), Store::Mode::read));
  const Statuses known = known_statuses(request);
  const ShardMembers members(config.sweep, request.shard);
  const Telling telling(config.sweep);
  std::uint64_t listed = 0, finished = 0;
  config.sweep.for_each([&](const TrialSpec& trial) {
    if (!members.has(trial.id)) return true;
    const auto found = known.find(trial.id);
    finished += found != known.end() ? 1 : 0;
    if (listed++ < shown_unasked || all) {
      say("{:<8}  {}  {}\n", found == known.end() ? "to run" : name_of(found->second), trial_name(trial.id),
          telling.text(trial.params));
    }
    return true;
  });
  if (listed > shown_unasked && !all) say("... and {} more, which --all lists\n", listed - shown_unasked);
  say("{}: {} trials{} of {}, {} finished and {} to run, into {} (dry run: nothing was written)\n",
      config.name, listed, what_else(config.sweep), config.experiment->name, finished, listed - finished,
      request.directory);
}

}  // namespace qklab
