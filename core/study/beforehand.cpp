#include "core/study/beforehand.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

#include "core/claims/method.hpp"
#include "core/results/selection.hpp"
#include "core/search/asking.hpp"
#include "core/study/foresee.hpp"

namespace qklab {
namespace {

constexpr std::uint64_t most_trials_unasked = 10'000'000;

void refuse_other_directories(const Config& config, const std::vector<std::string>& besides) {
  if (const Strategy* const strategy = selecting_strategy(config.sweep); strategy && !besides.empty()) {
    throw InputError(fmt::format("{}: {}: does not go with --besides: merge that directory instead",
                                 strategy->place.str(), strategy->kind));
  }
  for (const std::string& other : besides)
    if (!std::filesystem::exists(store_path(other)))
      throw InputError(fmt::format("--besides {}: no run directory: it has no run.db", other));
}

}  // namespace

void refuse_accidents(const Config& config, bool large_is_meant, bool sharded) {
  const std::uint64_t size = config.sweep.grid_size();
  if (size > most_trials_unasked && !large_is_meant) {
    throw InputError(fmt::format("{}: the sweep has {} trials, over {}; give --yes if that is meant",
                                 config.source.file, size, most_trials_unasked));
  }
  for (const StrategyPointer& each : config.sweep.strategies())
    if (const std::string why = each->why_whole(); sharded && !why.empty())
      throw InputError(fmt::format("{}: {}", each->place.str(), why));
  bool any = false;
  // Visits every point, so that a value out of range is found before anything is written.
  config.sweep.for_each([&any](const TrialSpec&) { return any = true; });
  if (!any) throw InputError(fmt::format("{}: no trial is left: 'where' excludes all", config.source.file));
}

std::vector<std::string> refuse_figures(const Loaded& loaded) {
  Foreseen foreseen = foresee(loaded.config.sweep, loaded.figures);
  if (!foreseen.errors.empty()) throw InputError(fmt::format("{}", fmt::join(foreseen.errors, "\n")));
  return std::move(foreseen.remarks);
}

namespace {

// How many seeds it takes that all of them together can decide a claim at the 5 % level; 0 where that depends on more.
std::size_t fewest_deciding(const Claim& claim) {
  if (!claim.method || claim.method->about == About::mean) return 0;
  const double one_side = claim.method->about == About::median ? 0.5 : claim.share;
  std::size_t seeds = 1;
  while (one_side < 1 && 2 * std::pow(one_side, static_cast<double>(seeds)) > 0.05) ++seeds;
  return seeds;
}

// Those that so many seeds cannot decide, whatever they show, as "a, b: 6 would be the fewest, ..."; "" where there are none.
std::string undecidable(const std::vector<Claim>& claims, std::uint64_t seeds) {
  std::vector<std::string> names;
  std::size_t needed = 0;
  for (const Claim& claim : claims) {
    const std::size_t fewest = fewest_deciding(claim);
    if (claim.check || fewest <= seeds) continue;
    names.push_back(claim.id);
    needed = std::max(needed, fewest);
  }
  if (names.empty()) return "";
  return fmt::format(
      "{}: {} would be the fewest, and a claim with several slices, or seeds that disagree, needs more",
      fmt::join(names, ", "), needed);
}

// Reserved seeds are drawn once: too few of them are lost.
void remark_on_few_reserved_seeds(const Loaded& loaded, std::vector<std::string>& remarks) {
  const std::uint64_t reserved = loaded.config.confirm_seeds;
  if (reserved == 0) return;
  const std::string which = undecidable(loaded.claims, reserved);
  if (which.empty()) return;
  remarks.push_back(fmt::format("{}: confirm: {} reserved seeds can confirm nothing of {}",
                                loaded.config.source.file, reserved, which));
}

}  // namespace

std::string too_few_seeds(const Loaded& loaded) {
  const Sweep& sweep = loaded.config.sweep;
  std::size_t enough = 0;
  for (const Claim& claim : loaded.claims)
    if (!claim.check) enough = std::max(enough, fewest_deciding(claim));
  if (enough == 0 || sweep.has_replicates()) return "";
  const std::size_t seed = seed_of(sweep.experiment().parameters);
  std::set<std::int64_t> seeds;
  sweep.for_each([&](const TrialSpec& trial) {
    seeds.insert(std::get<std::int64_t>(trial.params[seed]));
    return seeds.size() < enough;
  });
  const std::string which = undecidable(loaded.claims, seeds.size());
  if (which.empty()) return "";
  return fmt::format("{}: {} can decide nothing of {}", loaded.config.source.file,
                     seeds.size() == 1 ? "one seed" : fmt::format("{} seeds", seeds.size()), which);
}

std::vector<std::string> look_ahead(const Loaded& loaded, const RunRequest& request) {
  const Config& config = loaded.config;
  refuse_accidents(config, request.large_is_meant, !request.shard.is_whole());
  std::vector<std::string> remarks = refuse_figures(loaded);
  refuse_other_directories(config, request.besides);
  refuse_search_without_optuna(loaded, request.fresh ? "" : request.directory);
  for (const std::string& line : config.sweep.repetitions())
    remarks.push_back(fmt::format("{}: {}", config.source.file, line));
  remark_on_few_reserved_seeds(loaded, remarks);
  return remarks;
}

std::string default_directory(const Config& config) {
  const std::string& preset = config.source.preset;
  return "results/" + config.name + (preset == "fast" ? "" : "-" + preset);
}

}  // namespace qklab
