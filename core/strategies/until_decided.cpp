#include "core/strategies/until_decided.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <tuple>
#include <unordered_set>

namespace qklab {
namespace {

bool all_ran(const Sweep& sweep, const Results& results) {
  std::unordered_set<std::uint64_t> known;
  for (const TrialRecord& trial : results.trials) known.insert(trial.id);
  return std::ranges::all_of(sweep.ids(), [&](std::uint64_t id) { return known.contains(id); });
}

std::uint64_t replicates_now(const Sweep& sweep) {
  const std::vector<std::uint64_t> points = sweep.points();
  return points.empty() ? 0 : sweep.replicates_of(points.front());
}

}  // namespace

Sweep UntilDecided::grow(const Sweep& sweep, const FinishedTrials& finished) const {
  Sweep current = sweep.with_replicates({});
  for (std::uint64_t n = min; n < max && *undecided;) {
    const Results results = finished(current);
    if (!all_ran(current, results) || (*undecided)(current, results).empty()) break;
    n = std::min(2 * n, max);
    Replicates replicates;
    for (const std::uint64_t point : current.points()) replicates[point] = n;
    current = sweep.with_replicates(replicates);
  }
  return current;
}

std::uint64_t UntilDecided::looks() const {
  std::uint64_t looks = 1;
  for (std::uint64_t n = min; n < max; n = std::min(2 * n, max)) ++looks;
  return looks;
}

std::string UntilDecided::outlook() const { return fmt::format(" ({} to {} replicates a point)", min, max); }

std::string UntilDecided::account(const Sweep& sweep, const Results& results) const {
  const std::uint64_t n = replicates_now(sweep);
  if (!all_ran(sweep, results) || !*undecided) return fmt::format("{} replicates a point, under way", n);
  const std::vector<std::string> open = (*undecided)(sweep, results);
  if (open.empty()) return fmt::format("{} replicates a point; {} decided", n, fmt::join(claims, ", "));
  return fmt::format("{} replicates a point; {} not decided{}", n, fmt::join(open, ", "),
                     n < max ? "" : " at the maximum");
}

std::string UntilDecided::why_whole() const {
  return "until: whether claims are decided is known only where all trials are; run it without shards";
}

std::optional<std::pair<std::uint64_t, std::uint64_t>> read_replicates(MapReader& map,
                                                                       std::int64_t usual_min) {
  constexpr std::int64_t most = 1'000'000;
  const std::int64_t max = map.integer("max").value_or(0), min = map.integer("min").value_or(usual_min);
  const std::int64_t least = std::max<std::int64_t>(min, 2);
  if (min < 2)
    map.diagnostics().error(map.place("min"), "until: min: an interval needs at least 2 replicates");
  if (max < least || max > most) {
    map.diagnostics().error(
        map.place("max"),
        fmt::format("until: max: expected how many replicates a point may have, from {} to {}", least, most));
  }
  if (min < 2 || max < least || max > most) return std::nullopt;
  return std::pair{static_cast<std::uint64_t>(min), static_cast<std::uint64_t>(max)};
}

std::shared_ptr<Strategy> read_until_decided(MapReader& map) {
  const auto until = std::make_shared<UntilDecided>();
  until->claims = map.texts("claims");
  const auto limits = read_replicates(map, static_cast<std::int64_t>(until->min));
  map.finish();
  if (until->claims.empty())
    map.diagnostics().error(map.place("claims"), "until: claims: expected the ids of claims");
  if (until->claims.empty() || !limits) return nullptr;
  std::tie(until->min, until->max) = *limits;
  return until;
}

const UntilDecided* until_decided(const Sweep& sweep) {
  return dynamic_cast<const UntilDecided*>(find_strategy(sweep, "until"));
}

}  // namespace qklab
