#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/claims/seed_values.hpp"
#include "core/claims/slices.hpp"
#include "core/claims/test_kind.hpp"
#include "core/stats/comparison.hpp"

namespace qklab {
namespace {

// A slice while it is judged. Ratios are compared on the log scale, where `low` and `high` stand too.
struct Judged {
  SliceVerdict verdict;
  Estimate estimate;
  double low = 0, high = 0;  // demanded

  bool inside() const { return low <= estimate.value && estimate.value <= high; }
};

// Two-sided: twice the chance of an estimate as far on this side of what is demanded, were the truth at its
// edge. Equal seeds leave no doubt.
double p_value(const Judged& slice) {
  const Estimate& e = slice.estimate;
  if (e.standard_error == 0) return 0;
  const double below = std::isinf(slice.low) ? 0 : p_above(e, slice.low);
  const double above = std::isinf(slice.high) ? 0 : p_below(e, slice.high);
  if (slice.inside()) return std::min(1.0, 2 * std::max(below, above));
  return std::min(1.0, 2 * (e.value < slice.low ? p_below(e, slice.low) : p_above(e, slice.high)));
}

double log_threshold(double x) { return x > 0 ? std::log(x) : -std::numeric_limits<double>::infinity(); }

// Fills what can be said of a slice before the correction for many slices.
void measure(const Claim& claim, const Side& side, const Side& other, const std::string& key, Judged& slice) {
  SliceVerdict& verdict = slice.verdict;
  const SeedValues a = per_seed(claim, side.done);
  const SeedValues b = claim.against ? per_seed(claim, other.done) : SeedValues{};
  verdict.seeds = claim.against ? std::min(a.seeds.size(), b.seeds.size()) : a.seeds.size();
  if (claim.against && other.done.empty()) {
    verdict.note = "no trials against which to compare";
    return;
  }
  const Comparison comparison{a.values, b.values, claim.against && a.seeds == b.seeds,
                              claim.test->compares_logs};
  slice.estimate =
      estimate_of(comparison, claim.bootstrap, Stream(hash_text(claim.id), hash_text(key), "bootstrap"));
  slice.low = comparison.ratio ? log_threshold(verdict.at_least) : verdict.at_least;
  slice.high = comparison.ratio ? log_threshold(verdict.at_most) : verdict.at_most;
  const Interval i = interval(slice.estimate, 1 - level);
  const auto shown = [&](double x) { return comparison.ratio ? std::exp(x) : x; };
  verdict.estimate = shown(slice.estimate.value);
  verdict.low = shown(i.low);
  verdict.high = shown(i.high);
  if (!std::isfinite(slice.estimate.value)) {
    verdict.note = !a.note.empty() ? a.note : !b.note.empty() ? b.note : "the means are not both positive";
  } else if (verdict.seeds < 2) {
    verdict.note = "an interval needs 2 seeds";
  } else {
    verdict.p = p_value(slice);
    if (std::isnan(verdict.p)) verdict.note = "the bootstrap meets values without a log";
  }
  if (const std::size_t n = a.incomplete + b.incomplete; n > 0) {
    verdict.note += fmt::format("{}{} seed{} without all trials left out", verdict.note.empty() ? "" : "; ",
                                n, n == 1 ? "" : "s");
  }
}

// How many more seeds would bring p below `needed`, were estimate and spread to stay: the interval narrows
// with the square root of their number.
void tell_more_seeds(Judged& slice, double needed) {
  SliceVerdict& verdict = slice.verdict;
  const double to_low = std::abs(slice.estimate.value - slice.low),
               to_high = std::abs(slice.estimate.value - slice.high);
  const double distance = std::min(to_low, to_high);
  const double seeds = static_cast<double>(verdict.seeds);
  double wanted = seeds;
  for (int i = 0; i < 20; ++i) {  // the quantile falls as degrees of freedom grow with the seeds
    const double dof = std::max(1.0, slice.estimate.dof * std::min(wanted, 1e6) / seeds);
    const double half = student_quantile(1 - 0.5 * needed, dof) * slice.estimate.standard_error;
    wanted = std::max(seeds, seeds * (half / distance) * (half / distance));
  }
  if (!(wanted <= 1e5)) {
    verdict.note += fmt::format("{}the estimate is at the threshold: more seeds would not help",
                                verdict.note.empty() ? "" : "; ");
    return;
  }
  verdict.more_seeds = static_cast<std::uint64_t>(std::max(1.0, std::ceil(wanted - seeds)));
}

// `needed`: the level that Holm's procedure has come to, for slices that it leaves undecided.
void decide(Judged& slice, double corrected_p, double needed) {
  SliceVerdict& verdict = slice.verdict;
  verdict.p_holm = corrected_p;
  if (std::isnan(corrected_p)) return;
  if (corrected_p <= level) {
    verdict.outcome = slice.inside() ? Outcome::holds : Outcome::fails;
  } else {
    tell_more_seeds(slice, needed);
  }
}

std::vector<Judged> judge_slices(const Claim& claim, const Results& results, const Expected& expected) {
  const auto measured = sides(claim, results, claim.where);
  const auto against = claim.against ? sides(claim, results, claim.against) : Sides(measured.key_comp());
  Expected::Counts all = expected.claimed;
  for (const auto& [key, side] : measured) all.try_emplace(key, 0);
  if (all.empty() && claim.by.empty()) all.try_emplace(Key{}, 0);
  static const Side nothing;
  const Schema& schema = claim.experiment->parameters;
  std::vector<Judged> slices;
  for (const auto& [key, count] : all) {
    const auto found = measured.find(key), other = against.find(key);
    const Side& side = found == measured.end() ? nothing : found->second;
    const Side& opposite = other == against.end() ? nothing : other->second;
    const auto wanted = expected.against.find(key);
    Judged slice;
    SliceVerdict& verdict = slice.verdict;
    for (std::size_t i = 0; i < key.size(); ++i) verdict.at.emplace_back(schema[claim.by[i]].name, key[i]);
    const Limits limits =
        claim.test->limits ? claim.test->limits(claim, side.done) : Limits{claim.at_least, claim.at_most};
    verdict.at_least = limits.at_least;
    verdict.at_most = limits.at_most;
    verdict.trials = side.done.size() + opposite.done.size();
    verdict.missing = {
        side.lacking(count) + opposite.lacking(wanted == expected.against.end() ? 0 : wanted->second),
        side.failed + opposite.failed, side.diverged + opposite.diverged};
    if (side.done.empty()) {
      verdict.note = "no trials";
    } else if (claim.test->judge) {
      verdict.seeds = group(side.done, schema, {seed_of(schema)}).size();
      claim.test->judge(claim, side.done, verdict);
    } else {
      measure(claim, side, opposite, key_text(schema, claim.by, key), slice);
    }
    if (const std::size_t n = side.pruned + opposite.pruned; n > 0) {
      verdict.note +=
          fmt::format("{}{} pruned trial{} left out", verdict.note.empty() ? "" : "; ", n, n == 1 ? "" : "s");
    }
    slices.push_back(std::move(slice));
  }
  return slices;
}

Outcome overall(const std::vector<SliceVerdict>& slices) {
  const auto count = [&](Outcome outcome) {
    return std::count_if(slices.begin(), slices.end(),
                         [&](const SliceVerdict& s) { return s.outcome == outcome; });
  };
  const auto all = static_cast<std::ptrdiff_t>(slices.size());
  if (all > 0 && count(Outcome::holds) == all) return Outcome::holds;
  if (count(Outcome::holds) > 0) return Outcome::in_part;
  return count(Outcome::fails) > 0 ? Outcome::fails : Outcome::undecided;
}

}  // namespace

std::string_view name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::holds:
      return "holds";
    case Outcome::fails:
      return "fails";
    case Outcome::in_part:
      return "holds in part";
    case Outcome::undecided:
      return "undecided";
  }
  return "";
}

std::string_view name_of(Standing standing) {
  switch (standing) {
    case Standing::exploratory:
      return "exploratory";
    case Standing::confirmed:
      return "confirmed";
    case Standing::not_confirmed:
      return "not confirmed";
  }
  return "";
}

std::vector<Verdict> judge(const std::vector<Claim>& claims, const Results& results) {
  const std::vector<Expected> expected = expected_slices(claims);
  std::vector<std::vector<Judged>> judged;
  std::vector<double> p;
  for (std::size_t i = 0; i < claims.size(); ++i) {
    judged.push_back(judge_slices(claims[i], results, expected[i]));
    for (const Judged& slice : judged.back()) p.push_back(slice.verdict.p);
  }
  const std::vector<double> corrected = holm(p);
  const auto open = std::count_if(corrected.begin(), corrected.end(), [](double q) { return q > level; });
  const double needed = level / static_cast<double>(std::max<std::ptrdiff_t>(open, 1));
  std::vector<Verdict> verdicts;
  std::size_t next = 0;
  for (std::size_t i = 0; i < claims.size(); ++i) {
    Verdict verdict{claims[i].id, Outcome::undecided, {}};
    for (Judged& slice : judged[i]) {
      decide(slice, corrected[next++], needed);
      verdict.slices.push_back(std::move(slice.verdict));
    }
    verdict.outcome = overall(verdict.slices);
    verdicts.push_back(std::move(verdict));
  }
  return verdicts;
}

bool falls_short(const Claim& claim, const Verdict& verdict) {
  const bool demanded = claim.demand_holds || claim.demand_confirmed;
  if (demanded && verdict.outcome != Outcome::holds) return true;
  return claim.demand_confirmed && verdict.rounds > 0 && verdict.standing != Standing::confirmed;
}

bool falls_short(const std::vector<Claim>& claims, const std::vector<Verdict>& verdicts) {
  bool any = false;
  for (std::size_t i = 0; i < verdicts.size(); ++i) any |= falls_short(claims.at(i), verdicts[i]);
  return any;
}

}  // namespace qklab
