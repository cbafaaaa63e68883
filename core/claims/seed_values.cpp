#include "core/claims/seed_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/nan.hpp"
#include "core/claims/elements.hpp"
#include "core/claims/test_kind.hpp"
#include "core/stats/correlation.hpp"

namespace qklab {
namespace {

// How many points there are that differ in more than the seed.
std::size_t count_points(const Trials& trials, const Schema& schema) {
  const std::size_t seed = seed_of(schema);
  std::vector<std::size_t> varied;  // the others need no comparing
  for (std::size_t i = 0; i < schema.size(); ++i) {
    const auto differs = [&](const TrialRecord* t) { return t->params[i] != trials.front()->params[i]; };
    if (i != seed && std::any_of(trials.begin(), trials.end(), differs)) varied.push_back(i);
  }
  return group(trials, schema, varied).size();
}

// What a NaN of this claim can come from.
std::string why_nan(const Claim& claim, const Trials& trials) {
  for (const TrialRecord* trial : trials) {
    const Elements e = elements(claim.metric, *trial);
    const std::string name = trial_name(trial->id);
    if (e.value.empty()) return fmt::format("trial {} has no {}", name, claim.metric.metric);
    if (!all_finite(e.value)) return fmt::format("{} of trial {} is not finite", claim.metric.metric, name);
  }
  if (claim.test->why_none) return claim.test->why_none(claim);
  return fmt::format("the {} of {} is not finite", claim.test->name, claim.metric.metric);
}

}  // namespace

SeedValues per_seed(const Claim& claim, const Trials& trials) {
  const Schema& schema = claim.experiment->parameters;
  const std::size_t complete = count_points(trials, schema);
  SeedValues result;
  for (const Group& seed : group(trials, schema, {seed_of(schema)})) {
    if (seed.trials.size() < complete) {
      ++result.incomplete;
      continue;
    }
    const double value = claim.test->number(claim, seed.trials);
    if (!std::isfinite(value) && result.note.empty()) result.note = why_nan(claim, seed.trials);
    result.seeds.push_back(seed.key[0]);
    result.values.push_back(std::isfinite(value) ? value : nan);
  }
  return result;
}

}  // namespace qklab
