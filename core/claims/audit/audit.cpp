#include "core/claims/audit/audit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/claims/elements.hpp"
#include "core/claims/test_kind.hpp"
#include "core/stats/intervals.hpp"
#include "core/text/columns.hpp"
#include "core/text/wrapped.hpp"

namespace qklab {
namespace {

constexpr std::uint64_t draws = 20;  // of shuffled results

// Gives the trial what another one has of the metric. Its parameters stay, and so does what stands beside the metric:
// the theory that an agreement reads.
void take(const Quantity& metric, TrialRecord& trial, const TrialRecord& other) {
  trial.status = other.status;
  if (metric.member)
    trial.members[metric.metric] = series_of(metric, other);
  else if (metric.series)
    trial.series[metric.slot] = other.series[metric.slot];
  else
    trial.scalars[metric.slot] = other.scalars[metric.slot];
}

Results shuffled(const Results& results, const Claim& claim, std::uint64_t draw) {
  const std::size_t seed = seed_of(results.experiment->parameters);
  std::map<Value, std::vector<std::size_t>> by_seed;
  for (std::size_t i = 0; i < results.trials.size(); ++i)
    by_seed[results.trials[i].params[seed]].push_back(i);
  Results dealt = results;
  std::uint64_t group = 0;
  for (const auto& [value, trials] : by_seed) {
    std::vector<std::size_t> from = trials;
    Stream stream = Stream(hash_text(claim.id), draw, "audit").substream(group++);
    stream.shuffle(from);
    for (std::size_t i = 0; i < trials.size(); ++i) {
      TrialRecord& trial = dealt.trials[trials[i]];
      take(claim.metric, trial, results.trials[from[i]]);
      if (!claim.metric.whole_series()) continue;
      std::vector<double>& values = claim.metric.member ? trial.members[claim.metric.metric].value
                                                        : trial.series[claim.metric.slot].value;
      stream.shuffle(values);
    }
  }
  return dealt;
}

// The done trials by their number of the claim's metric, those without one left out.
Trials by_number(const Results& results, const Claim& claim) {
  std::vector<std::pair<double, const TrialRecord*>> numbers;
  for (const TrialRecord& trial : results.trials) {
    const double number = mean(elements(claim.metric, trial).value);
    if (trial.status == Status::done && std::isfinite(number)) numbers.emplace_back(number, &trial);
  }
  std::ranges::stable_sort(numbers, {}, [](const auto& each) { return each.first; });
  Trials sorted;
  for (const auto& [number, trial] : numbers) sorted.push_back(trial);
  return sorted;
}

Results without(const Results& results, const Claim& claim, Null null, std::uint64_t draw) {
  if (null == Null::shuffled) return shuffled(results, claim, draw);
  const Trials sorted = by_number(results, claim);
  Results same = results;
  if (sorted.empty()) return same;
  const TrialRecord one = null == Null::lowest    ? *sorted.front()
                          : null == Null::highest ? *sorted.back()
                                                  : *sorted[sorted.size() / 2];
  for (TrialRecord& trial : same.trials) take(claim.metric, trial, one);
  return same;
}

// Whether there is anything that a null model could do as well.
bool holds_somewhere(const Audit& audit) {
  return audit.outcome == Outcome::holds || audit.outcome == Outcome::in_part;
}

std::size_t holding(const Verdict& verdict) {
  return static_cast<std::size_t>(std::ranges::count(verdict.slices, Outcome::holds, &SliceVerdict::outcome));
}

NullVerdict judge_without(const Claim& claim, const Results& results, Null null) {
  NullVerdict all{null, 0, 0};
  for (std::uint64_t draw = 0; draw < (null == Null::shuffled ? draws : 1); ++draw) {
    const Verdict verdict = judge({claim}, without(results, claim, null, draw)).front();
    all.slices += verdict.slices.size();
    all.held += holding(verdict);
  }
  return all;
}

std::string finding_of(Null model) {
  return fmt::format(
      "holds as well for models {}",
      model == Null::labels    ? "whose labels are shuffled, so it does not show that anything is learned"
      : model == Null::uniform ? "whose attention is uniform, so it does not show that attention is needed"
                               : "of 0 layers, so it does not show that attention is needed");
}

std::string finding_of(const Claim& claim, const Audit& audit) {
  if (!holds_somewhere(audit)) return "";
  const auto mostly = [&](Null null) {
    const auto found = std::ranges::find(audit.nulls, null, &NullVerdict::null);
    return found->slices > 0 && 2 * found->held >= found->slices;
  };
  // Two arms are alike in each of these, and the trend of a series is that of one trial.
  const bool one_number = !claim.against && (!claim.metric.whole_series() || claim.test->judge);
  if (one_number && mostly(Null::lowest) && mostly(Null::highest) && audit.outcome == Outcome::holds)
    return "holds for the smallest and for the largest value of its metric in this sweep, so nothing here "
           "could make it fail";
  const bool names_points = claim.where || claim.against || !claim.by.empty();
  if (names_points && mostly(Null::shuffled))
    return "holds as well if results are dealt out to the points at random, so it says nothing about the "
           "parameters that it names";
  if (one_number && mostly(Null::constant))
    return "holds if all trials have the median's results, so it says nothing about their differences";
  if (claim.against && mostly(Null::constant))
    return "holds if all trials are alike: it says that nothing differs";
  return "";
}

}  // namespace

std::string_view name_of(Null null) {
  switch (null) {
    case Null::shuffled:
      return "shuffled";
    case Null::constant:
      return "constant";
    case Null::lowest:
      return "lowest";
    case Null::highest:
      return "highest";
    case Null::labels:
      return "labels";
    case Null::uniform:
      return "uniform";
    case Null::no_layers:
      return "no layers";
  }
  return "";
}

std::vector<Audit> audit(const std::vector<Claim>& claims, const Results& results) {
  std::vector<Audit> audits;
  for (const Claim& claim : claims) {
    if (claim.check) continue;
    Audit audit{claim.id, judge({claim}, results).front().outcome, {}, ""};
    for (const Null null : {Null::shuffled, Null::constant, Null::lowest, Null::highest})
      audit.nulls.push_back(judge_without(claim, results, null));
    audit.finding = finding_of(claim, audit);
    audits.push_back(std::move(audit));
  }
  return audits;
}

void add_model(std::vector<Audit>& audits, const std::vector<Claim>& claims, Null null,
               const std::optional<Results>& results) {
  for (Audit& audit : audits) {
    NullVerdict& model = audit.nulls.emplace_back(NullVerdict{null, 0, 0});
    if (!results) continue;
    const auto claim = std::ranges::find(claims, audit.id, &Claim::id);
    const Verdict verdict = judge({*claim}, *results).front();
    model.slices = verdict.slices.size();
    model.held = holding(verdict);
    const bool holds_too = model.held > 0 && 2 * model.held >= model.slices;
    if (holds_somewhere(audit) && holds_too && audit.by_model.empty()) audit.by_model = finding_of(null);
  }
}

std::string audit_table(const std::vector<Audit>& audits, int width) {
  if (audits.empty()) return "";
  std::vector<std::vector<std::string>> rows = {{"claim", "verdict"}};
  for (const NullVerdict& null : audits.front().nulls) rows.front().emplace_back(name_of(null.null));
  for (const Audit& audit : audits) {
    rows.push_back({audit.id, std::string(name_of(audit.outcome))});
    for (const NullVerdict& null : audit.nulls)
      rows.back().push_back(null.slices > 0 ? fmt::format("{} of {}", null.held, null.slices) : "-");
  }
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns_of(row[i]));
  std::string table;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i + 1 < row.size(); ++i) table += padded(row[i], widths[i] + 2);
    table += row.back() + "\n";
  }
  for (const Audit& audit : audits) {
    for (const std::string& finding : {audit.finding, audit.by_model})
      if (!finding.empty())
        table += "\n" +
                 wrapped(fmt::format("{} {}.", audit.id, finding), 2, static_cast<std::size_t>(width)) + "\n";
  }
  return table;
}

}  // namespace qklab
