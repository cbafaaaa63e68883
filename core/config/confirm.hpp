// Seeds that a config reserves for confirmation: `confirm: {seeds: 32}`. No exploring run draws them, so that
// verdicts on them are not won by looking at many claims, seeds or settings and keeping the best.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/sweep/sweep.hpp"
#include "core/yaml/yaml.hpp"

namespace qklab {

struct Layer;

// Reserved are all seeds above this one. Each round of confirmation has a range of its own, so that data which
// were seen once are never taken for fresh ones again.
inline constexpr std::int64_t last_exploring_seed = std::int64_t{1} << 40;
inline constexpr std::int64_t most_confirming_seeds = std::int64_t{1} << 20;  // of a round

// A config that is run for confirmation: its sweep with reserved seeds, and only the trials that claims read.
struct Confirming {
  std::uint64_t round = 0;
  // Points that `refine` had added to the exploring sweep, as names and texts of the parameters that they set.
  std::vector<std::vector<std::pair<std::string, std::string>>> points = {};
  bool operator==(const Confirming&) const = default;
};
Confirming confirming_of(const Sweep& exploring, std::uint64_t round);
std::int64_t first_seed_of(std::uint64_t round);

// As run.db and manifest.json hold it. Throws Error for text that is none.
std::string confirming_json(const Confirming& confirming);
Confirming parse_confirming_json(const std::string& json);

// What a layer of a config says about confirmation.
struct ConfirmSetting {
  std::uint64_t seeds = 0;  // none where it is switched off
  Place place = {};
};
// Reads `confirm: {seeds: 32}` or `confirm: none`; nothing where there is none, or an error was reported.
std::optional<ConfirmSetting> read_confirm(MapReader& map);
// Reads the value of the override confirm.seeds=32.
std::optional<ConfirmSetting> read_confirm(std::string_view text, const Place& place,
                                           Diagnostics& diagnostics);

// Reports what can't be confirmed: a sweep whose own seeds reach into the reserved range, or do not have an
// axis of their own, and one in which other results decide which trials run to their end.
void check_confirm(const Sweep& sweep, const Layer& layer, Diagnostics& diagnostics);

// The sweep with its points as they stand after exploring, and the round's `seeds` seeds.
Sweep confirming_sweep(const Sweep& sweep, const Confirming& confirming, std::uint64_t seeds);

}  // namespace qklab
