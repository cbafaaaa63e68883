#include "core/study/beforehand.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>

#include "core/figures/foresee.hpp"

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

std::vector<std::string> look_ahead(const Loaded& loaded, const RunRequest& request) {
  const Config& config = loaded.config;
  refuse_accidents(config, request.large_is_meant, !request.shard.is_whole());
  std::vector<std::string> remarks = refuse_figures(loaded);
  refuse_other_directories(config, request.besides);
  for (const std::string& line : config.sweep.repetitions())
    remarks.push_back(fmt::format("{}: {}", config.source.file, line));
  return remarks;
}

std::string default_directory(const Config& config) {
  const std::string& preset = config.source.preset;
  return "results/" + config.name + (preset == "fast" ? "" : "-" + preset);
}

}  // namespace qklab
