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

// Where a seed stands that counts against the claim.
double against(const Claim& claim) {
  const double infinity = std::numeric_limits<double>::infinity();
  return std::isinf(claim.at_most) && !claim.test->limits ? -infinity : infinity;
}

// Of one side. A seed whose trial was lost is infinite.
SeedValues of_side(const Claim& claim, const Side& side) {
  const Schema& schema = claim.experiment->parameters;
  const std::size_t seed = seed_of(schema);
  Trials all = side.done;
  all.insert(all.end(), side.lost.begin(), side.lost.end());
  // Points that no seed has finished count too: they must not drop out of what is compared.
  const std::size_t complete = all.empty() ? 0 : count_points(all, schema);
  SeedValues result;
  for (const Group& each : group(all, schema, {seed})) {
    Trials done;
    std::copy_if(each.trials.begin(), each.trials.end(), std::back_inserter(done),
                 [](const TrialRecord* t) { return t->status == Status::done; });
    const bool lost = done.size() < each.trials.size();
    if (lost && claim.leaves_lost_out) {
      ++result.lost_left_out;
      continue;
    }
    if (!lost && done.size() < complete) {
      ++result.incomplete;
      continue;
    }
    const double value = lost ? against(claim) : claim.test->number(claim, done);
    const bool good = lost || std::isfinite(value);
    if (!good && result.note.empty()) result.note = why_nan(claim, done);
    result.lost += lost;
    result.seeds.push_back(each.key[0]);
    result.values.push_back(good ? value : nan);
  }
  return result;
}

double compared(const Claim& claim, double a, double b) {
  if (std::isinf(a) || std::isinf(b)) return against(claim);
  if (!claim.test->compares_logs) return a - b;
  return a > 0 && b > 0 ? std::log(a / b) : nan;
}

}  // namespace

SeedValues per_seed(const Claim& claim, const Side& side, const Side& other) {
  SeedValues a = of_side(claim, side);
  if (!claim.against) return a;
  const SeedValues b = of_side(claim, other);
  SeedValues both;
  both.note = !a.note.empty() ? a.note : b.note;
  both.incomplete = a.incomplete + b.incomplete;
  both.lost_left_out = a.lost_left_out + b.lost_left_out;
  for (std::size_t i = 0; i < a.seeds.size(); ++i) {
    const auto found = std::find(b.seeds.begin(), b.seeds.end(), a.seeds[i]);
    if (found == b.seeds.end()) continue;
    const double value =
        compared(claim, a.values[i], b.values[static_cast<std::size_t>(found - b.seeds.begin())]);
    if (std::isnan(value) && both.note.empty()) both.note = "a seed has numbers that are not both positive";
    both.lost += std::isinf(value);
    both.seeds.push_back(a.seeds[i]);
    both.values.push_back(value);
  }
  both.unmatched = a.seeds.size() + b.seeds.size() - 2 * both.seeds.size();
  return both;
}

}  // namespace qklab
