#include "core/claims/point_sets.hpp"
#include "core/claims/test_kind.hpp"
#include "core/schema/plugin.hpp"
#include "core/stats/correlation.hpp"
#include "core/stats/intervals.hpp"

namespace qklab {
namespace {

struct MonotoneKeys {
  double sign = 1;  // -1 for a decreasing trend
  std::optional<std::size_t> along;
};

void read_monotone(ClaimReader& reader) {
  reader.limits();
  const auto direction = reader.map.choice("direction", {"increasing", "decreasing"});
  reader.claim.own = MonotoneKeys{direction == "decreasing" ? -1.0 : 1.0, read_along(reader)};
}

double monotone_number(const Claim& claim, const Trials& trials) {
  const auto& [sign, along] = claim.keys<MonotoneKeys>();
  std::vector<double> values;
  for (const Points& p : point_sets(claim, along, trials)) values.push_back(rank_correlation(p.x, p.y));
  return sign * mean(values);
}

double shuffled_number(const Claim& claim, const Trials& trials, Stream& draws) {
  const auto& [sign, along] = claim.keys<MonotoneKeys>();
  std::vector<double> values;
  for (Points& p : point_sets(claim, along, trials)) {
    draws.shuffle(p.y);
    values.push_back(rank_correlation(p.x, p.y));
  }
  return sign * mean(values);
}

std::optional<Range> correlation_range(const Claim&, const std::optional<Range>&) { return Range{-1, 1}; }

void add_monotone() {
  Registry<TestKind>::all().add({.name = "monotone",
                                 .doc = "the rank correlation with a parameter or a series' index",
                                 .read = read_monotone,
                                 .number = monotone_number,
                                 .range = correlation_range,
                                 .shuffled = shuffled_number,
                                 .why_none = [](const Claim&) { return "fewer than 3 points to rank"; }});
}

}  // namespace

QKLAB_REGISTER(add_monotone)

}  // namespace qklab
