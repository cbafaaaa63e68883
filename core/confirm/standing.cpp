#include "core/confirm/standing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace qklab {
namespace {

FreshVerdict fresh_of(const SliceVerdict& slice) {
  return {slice.outcome, slice.estimate, slice.low, slice.high, slice.p, slice.p_adjusted, slice.seeds};
}

Standing standing_of(const SliceVerdict& slice) {
  if (slice.outcome != Outcome::holds || !slice.fresh) return Standing::exploratory;
  return slice.fresh->outcome == Outcome::holds ? Standing::confirmed : Standing::not_confirmed;
}

Standing standing_of(const Verdict& verdict) {
  Standing whole = Standing::confirmed;
  bool any = false;
  for (const SliceVerdict& slice : verdict.slices) {
    if (slice.outcome != Outcome::holds) continue;
    any = true;
    if (slice.standing == Standing::not_confirmed) return Standing::not_confirmed;
    if (slice.standing != Standing::confirmed) whole = Standing::exploratory;
  }
  return any ? whole : Standing::exploratory;
}

void compare(Verdict& verdict, const Verdict& reserved) {
  verdict.fresh = reserved.outcome;
  for (SliceVerdict& slice : verdict.slices) {
    const auto found = std::ranges::find(reserved.slices, slice.at, &SliceVerdict::at);
    if (found != reserved.slices.end()) slice.fresh = fresh_of(*found);
    slice.standing = standing_of(slice);
  }
  verdict.standing = standing_of(verdict);
}

// The points whose trials a claim reads, whatever their seeds, each by a hash of its other parameters.
std::set<std::uint64_t> points_read(const Claim& claim) {
  const Schema& schema = claim.experiment->parameters;
  const std::size_t seed = seed_of(schema);
  std::vector<std::size_t> others;
  for (std::size_t i = 0; i < schema.size(); ++i)
    if (i != seed) others.push_back(i);
  std::set<std::uint64_t> points;
  claim.sweep.for_each([&](const TrialSpec& trial) {
    if (claim.reads(trial.params))
      points.insert(hash_text(key_text(schema, others, key_of(trial.params, others))));
    return true;
  });
  return points;
}

}  // namespace

void give_standing(const std::vector<Claim>& claims, std::vector<Verdict>& verdicts,
                   const ReservedVerdicts* reserved, const std::string& why) {
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    Verdict& verdict = verdicts[i];
    verdict.standing = Standing::exploratory;
    for (SliceVerdict& slice : verdict.slices) slice.standing = Standing::exploratory;
    verdict.standing_note = why;
    if (!reserved) continue;
    const auto then = std::ranges::find(reserved->claims, verdict.id, &Claim::id);
    if (then == reserved->claims.end()) {
      verdict.standing_note = "exploratory: it was not there when reserved seeds ran";
    } else if (then->hash != claims.at(i).hash) {
      verdict.standing_note = "exploratory: it was changed after reserved seeds had run";
    } else if (points_read(*then) != points_read(claims.at(i))) {
      verdict.standing_note =
          "exploratory: reserved seeds ran at other points than those that it speaks of now";
    } else {
      compare(verdict,
              reserved->verdicts.at(static_cast<std::size_t>(std::distance(reserved->claims.begin(), then))));
    }
  }
}

std::string name_of_slice(const SliceVerdict& slice) {
  std::string name;
  for (const auto& [parameter, value] : slice.at)
    name += fmt::format("{}{}={}", name.empty() ? "" : " ", parameter, to_text(value));
  return name;
}

}  // namespace qklab
