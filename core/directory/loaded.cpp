#include "core/directory/loaded.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "core/claims/test_kind.hpp"
#include "core/directory/manifest.hpp"
#include "core/directory/series_needed.hpp"
#include "core/figures/plot_kind.hpp"
#include "core/strategies/until_decided.hpp"
#include "core/text/rounded.hpp"

namespace qklab {

std::string store_path(const std::string& directory) { return directory + "/run.db"; }

namespace {

// Reserved seeds are drawn for the claims' sake alone: trials that none of them reads are left out.
void keep_what_claims_read(Loaded& loaded) {
  std::vector<std::optional<Where>> sides;
  for (const Claim& claim : loaded.claims) {
    sides.push_back(claim.where);
    if (claim.against) sides.push_back(claim.against);
  }
  Sweep& sweep = loaded.config.sweep;
  sweep = sweep.only([sides = std::move(sides)](const Parameters& params) {
    return std::ranges::any_of(sides, [&](const auto& side) { return !side || side->holds(params); });
  });
  for (Claim& claim : loaded.claims) claim.sweep = sweep;
}

// What a claim demands of the metric itself, by numbers that it is compared with. Most tests demand something of another
// number, as of a slope.
std::vector<Threshold> limits_of(const Claim& claim) {
  const auto asked = [&](std::string_view key) -> std::optional<std::string> {
    for (const auto& [name, value] : claim.asked)
      if (name == key) return value;
    return std::nullopt;
  };
  double base = 0;
  if (claim.test->name == "difference") {
    const auto reference = asked("reference");
    const auto number = reference ? parse_real(*reference) : std::nullopt;
    if (!number) return {};
    base = *number;
  } else if (claim.test->name != "bound") {
    return {};
  }
  std::vector<Threshold> limits;
  for (const auto& [limit, sign] : {std::pair{claim.at_least, "≥"}, {claim.at_most, "≤"}})
    if (std::isfinite(limit))
      limits.push_back({base + limit, fmt::format("{} {} {}", claim.id, sign, rounded(base + limit, 4))});
  return limits;
}

// Figures show what claims demand of their value: of the same number of a series, or of all its numbers.
void link_claims(Loaded& loaded) {
  for (Figure& figure : loaded.figures) {
    for (const Claim& claim : loaded.claims) {
      const bool same = figure.values.empty() && claim.metric.metric == figure.value.metric &&
                        claim.metric.at == figure.value.at;
      const bool is_height =
          (figure.x_parameter || figure.along_index) && figure.plot->averages && !figure.plot->rows;
      if (!same || !is_height) continue;
      for (Threshold& limit : limits_of(claim)) figure.limits.push_back(std::move(limit));
    }
  }
}

}  // namespace

Loaded load_config(const ConfigSource& source) {
  Diagnostics diagnostics;
  Loaded loaded;
  loaded.config = parse_config(source, diagnostics);
  if (loaded.config.experiment) {
    loaded.figures = parse_figures(loaded.config, diagnostics);
    loaded.claims = parse_claims(loaded.config, diagnostics);
  }
  diagnostics.throw_if_any();
  if (source.confirming) keep_what_claims_read(loaded);
  link_claims(loaded);
  return loaded;
}

void grow(Loaded& loaded, const FinishedTrials& finished) {
  if (!grows(loaded.config.sweep)) return;
  loaded.config.sweep = grow(loaded.config.sweep, finished);
  for (Claim& claim : loaded.claims) claim.sweep = loaded.config.sweep;
}

void grow(Loaded& loaded, const Store& store) {
  // Strategies read scalars, but for one that judges claims.
  const auto series =
      until_decided(loaded.config.sweep) ? series_needed({}, loaded.claims) : std::vector<std::string>{};
  grow(loaded, [&](const Sweep& sweep) { return store.load(sweep, series); });
}

std::uint64_t unfinished_trials(const Sweep& sweep, const Store& store) {
  if (const Strategy* const strategy = selecting_strategy(sweep))
    return strategy->next_round(sweep, store.load(sweep, {*strategy->decides_by()})).trials.size();
  const auto known = store.statuses();
  std::uint64_t missing = 0;
  for (const std::uint64_t id : sweep.ids()) {
    const auto found = known.find(id);
    missing += found == known.end() || found->second == Status::pruned ? 1 : 0;
  }
  return missing;
}

RunDirectory open_directory(const std::string& directory) {
  RunDirectory run;
  run.has_store = std::filesystem::exists(store_path(directory));
  if (run.has_store) {
    const Store store(store_path(directory), Store::Mode::read);
    run.loaded = load_config(store.source());
    grow(run.loaded, store);
    run.results = store.load(run.loaded.config.sweep, series_needed(run.loaded.figures, run.loaded.claims));
  } else if (std::filesystem::exists(manifest_path(directory))) {
    run.loaded = load_config(read_manifest_source(directory));
    const Config& config = run.loaded.config;
    run.results = read_csv(directory, *config.experiment, config.sweep.files());
    grow(run.loaded, [&run](const Sweep&) { return run.results; });
  } else {
    throw InputError(fmt::format("{}: no run directory: it has neither run.db nor manifest.json", directory));
  }
  return run;
}

}  // namespace qklab
