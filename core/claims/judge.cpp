#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/base/nan.hpp"
#include "core/claims/method.hpp"
#include "core/claims/seed_values.hpp"
#include "core/claims/slices.hpp"
#include "core/claims/test_kind.hpp"

namespace qklab {
namespace {

// A slice while it is judged. Ratios are compared on the log scale, where `low` and `high` stand too.
struct Judged {
  SliceVerdict verdict;
  Sample sample;
  double estimate = nan;
  double low = 0, high = 0;  // demanded

  bool inside() const { return low <= estimate && estimate <= high; }
};

void add_note(SliceVerdict& verdict, const std::string& note) {
  verdict.note += (verdict.note.empty() ? "" : "; ") + note;
}
void add_count(SliceVerdict& verdict, std::size_t n, std::string_view what) {
  if (n > 0) add_note(verdict, fmt::format("{} seed{} {}", n, n == 1 ? "" : "s", what));
}

// How often shuffled metrics have as large a mean as the seeds'; against limits of 0. It is exact, as the
// observed order is one of the shuffled ones where nothing depends on it (Phipson and Smyth 2010).
double permutation_p(const Claim& claim, const Side& side, const Judged& slice) {
  constexpr int shuffles = 9999;
  const auto seeds = group(side.done, claim.experiment->parameters, {seed_of(claim.experiment->parameters)});
  const double observed = mean(slice.sample.values);
  int above = 1, below = 1;
  for (int i = 0; i < shuffles; ++i) {
    Stream draws = slice.sample.stream.substream(static_cast<std::uint64_t>(i));
    std::vector<double> values;
    for (const Group& seed : seeds) values.push_back(claim.test->shuffled(claim, seed.trials, draws));
    const double shuffled = mean(values);
    above += !(shuffled < observed - 1e-12);
    below += !(shuffled > observed + 1e-12);
  }
  return std::min(1.0, 2.0 * std::min(above, below) / (shuffles + 1));
}

double capped(double p) { return p > 1 ? 1 : p; }  // NaN stays NaN

double log_threshold(double x) { return x > 0 ? std::log(x) : -std::numeric_limits<double>::infinity(); }

// What the seeds' numbers are, on the scale on which they are compared.
Sample sample_of(const Claim& claim, const SeedValues& seeds, const Limits& limits, const std::string& key) {
  Sample sample{seeds.values, {}, Stream(hash_text(claim.id), hash_text(key), "interval")};
  const std::optional<Range> metric = metric_of(claim.metric, *claim.experiment).range;
  if (claim.test->range) sample.range = claim.test->range(claim, metric);
  if (claim.method->about != About::share) return sample;
  for (double& v : sample.values) {
    const double shown = claim.test->compares_logs ? std::exp(v) : v;
    v = std::isnan(v) ? nan : limits.at_least <= shown && shown <= limits.at_most ? 1 : 0;
  }
  return sample;
}

// Fills what can be said of a slice before the correction for many slices.
void measure(const Claim& claim, const Side& side, const Side& other, const std::string& key, Judged& slice) {
  SliceVerdict& verdict = slice.verdict;
  const SeedValues seeds = per_seed(claim, side, other);
  verdict.seeds = seeds.values.size();
  add_count(verdict, seeds.lost, "diverged or failed and counted against the claim");
  add_count(verdict, seeds.lost_left_out, "diverged or failed and left out");
  add_count(verdict, seeds.incomplete, "without all trials left out");
  add_count(verdict, seeds.unmatched, "without a counterpart left out");
  if (claim.against && other.done.empty() && other.lost.empty())
    return add_note(verdict, "no trials against which to compare");
  if (verdict.seeds < 2) {
    if (verdict.seeds == 1 && !claim.test->compares_logs) verdict.estimate = seeds.values.front();
    return add_note(verdict, seeds.note.empty() ? "an interval needs 2 seeds" : seeds.note);
  }
  slice.sample = sample_of(claim, seeds, {verdict.at_least, verdict.at_most}, key);
  if (!std::all_of(slice.sample.values.begin(), slice.sample.values.end(),
                   [](double v) { return !std::isnan(v); }))
    return add_note(verdict, seeds.note);
  if (claim.method->about == About::mean && seeds.lost > 0)
    return add_note(verdict, "these have no mean; claim the median, or set lost: left_out");
  const bool share = claim.method->about == About::share;
  if (share) verdict.at_least = claim.share, verdict.at_most = std::numeric_limits<double>::infinity();
  const bool logs = claim.test->compares_logs && !share;
  slice.low = logs ? log_threshold(verdict.at_least) : verdict.at_least;
  slice.high = logs ? log_threshold(verdict.at_most) : verdict.at_most;
  const auto shown = [&](double x) { return logs ? std::exp(x) : x; };
  std::string why;
  const auto inference = claim.method->make(slice.sample, why);
  if (!inference) {
    verdict.estimate = shown(mean(slice.sample.values));
    return add_note(verdict, why);
  }
  slice.estimate = inference->estimate();
  const Interval i = inference->interval(1 - level);
  verdict.estimate = shown(slice.estimate);
  verdict.low = shown(i.low);
  verdict.high = shown(i.high);
  verdict.p =
      claim.permutation ? permutation_p(claim, side, slice) : p_value(*inference, slice.low, slice.high);
}

// How many more seeds would bring p below `needed`, if they were like those that there are.
void tell_more_seeds(const Claim& claim, Judged& slice, double needed) {
  if (claim.permutation) return;
  const std::size_t has = slice.sample.values.size();
  const auto settles = [&](std::size_t seeds) {
    Sample more = slice.sample;
    for (std::size_t i = has; i < seeds; ++i) more.values.push_back(slice.sample.values[i % has]);
    std::string why;
    const auto inference = claim.method->make(more, why);
    return inference && claim.looks * p_value(*inference, slice.low, slice.high) <= needed;
  };
  constexpr std::size_t most = 4096;
  std::size_t enough = has + 1;
  while (enough < most && !settles(enough)) enough = has + 2 * (enough - has);
  if (enough >= most) return add_note(slice.verdict, "thousands of seeds like these would not settle it");
  std::size_t too_few = has + (enough - has) / 2;
  while (enough - too_few > 1) {
    const std::size_t middle = (too_few + enough) / 2;
    (settles(middle) ? enough : too_few) = middle;
  }
  slice.verdict.more_seeds = enough - has;
}

// `needed`: the level that would decide any of the slices that are left undecided.
void decide(const Claim& claim, Judged& slice, double adjusted_p, double needed) {
  SliceVerdict& verdict = slice.verdict;
  verdict.p_adjusted = adjusted_p;
  if (std::isnan(adjusted_p)) return;
  if (adjusted_p <= level) {
    verdict.outcome = slice.inside() ? Outcome::holds : Outcome::fails;
  } else {
    tell_more_seeds(claim, slice, needed);
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
    if (side.done.empty() && (side.lost.empty() || claim.test->judge)) {
      verdict.note = "no trials";
    } else if (claim.test->judge) {
      verdict.seeds = group(side.done, schema, {seed_of(schema)}).size();
      claim.test->judge(claim, side.done, verdict);
      if (const std::size_t n = side.lost.size(); n > 0 && !claim.leaves_lost_out) {
        if (verdict.outcome == Outcome::holds) verdict.outcome = Outcome::undecided;
        add_note(verdict, fmt::format("{} trial{} diverged or failed, whose numbers are not known", n,
                                      n == 1 ? "" : "s"));
      }
    } else {
      measure(claim, side, opposite, key_text(schema, claim.by, key), slice);
    }
    if (const std::size_t n = side.pruned + opposite.pruned; n > 0) {
      add_note(verdict, fmt::format("{} pruned trial{} left out", n, n == 1 ? "" : "s"));
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

// A claim that holds has shown all of its slices; any other rests on the slice that is shown best.
double reached_at(const Verdict& verdict) {
  double least = nan, largest = nan;
  for (const SliceVerdict& slice : verdict.slices) {
    if (std::isnan(slice.p_adjusted)) continue;
    least = std::fmin(least, slice.p_adjusted);
    largest = std::fmax(largest, slice.p_adjusted);
  }
  return verdict.outcome == Outcome::holds ? largest : least;
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
  std::vector<Verdict> verdicts;
  std::vector<double> p_claims;
  for (std::size_t i = 0; i < claims.size(); ++i) {
    std::vector<Judged> judged = judge_slices(claims[i], results, expected[i]);
    std::vector<double> p;
    for (const Judged& slice : judged) p.push_back(capped(claims[i].looks * slice.verdict.p));
    const std::vector<double> adjusted = hochberg(p);
    const auto open = std::count_if(adjusted.begin(), adjusted.end(), [](double q) { return q > level; });
    const double needed = level / static_cast<double>(std::max<std::ptrdiff_t>(open, 1));
    Verdict verdict{claims[i].id, Outcome::undecided, {}};
    for (std::size_t k = 0; k < judged.size(); ++k) {
      decide(claims[i], judged[k], adjusted[k], needed);
      verdict.slices.push_back(std::move(judged[k].verdict));
    }
    verdict.outcome = overall(verdict.slices);
    verdict.p = reached_at(verdict);
    p_claims.push_back(claims[i].check ? nan : verdict.p);
    verdicts.push_back(std::move(verdict));
  }
  const std::vector<double> rates = false_discovery_rate(p_claims);
  for (std::size_t i = 0; i < verdicts.size(); ++i) verdicts[i].false_discovery_rate = rates[i];
  return verdicts;
}

bool falls_short(const Claim& claim, const Verdict& verdict) {
  const bool demanded = claim.demand_holds || claim.demand_confirmed;
  if (demanded && verdict.outcome != Outcome::holds) return true;
  if (claim.demand_confirmed && verdict.rounds > 0 && verdict.standing != Standing::confirmed) return true;
  return claim.check && !demanded &&
         (verdict.outcome == Outcome::fails || verdict.outcome == Outcome::in_part);
}

bool falls_short(const std::vector<Claim>& claims, const std::vector<Verdict>& verdicts) {
  bool any = false;
  for (std::size_t i = 0; i < verdicts.size(); ++i) any |= falls_short(claims.at(i), verdicts[i]);
  return any;
}

}  // namespace qklab
