#include "core/confirm/looks.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "core/confirm/standing.hpp"

namespace qklab {
namespace {

// What `history` knew becomes the look at this slice; nothing where it is as it was. `others`: seeds that ran and are
// left out. They count as seen: whoever exchanges seeds has seen both.
bool look_again(const SliceVerdict& slice, std::uint64_t others, History::Look& look, bool is_first) {
  const std::uint64_t seeds = slice.seeds + others;
  if (seeds <= look.seeds && slice.trials <= look.trials) return is_first;
  if (!is_first) ++look.added;
  look.seeds = std::max<std::uint64_t>(look.seeds, seeds);
  look.trials = std::max<std::uint64_t>(look.trials, slice.trials);
  return true;
}

// Numbers of seeds that the store holds of slices, and that their sweep leaves out.
using Others = std::map<History::Name, std::uint64_t>;

bool is_of(const SliceVerdict& slice, const Parameters& params) {
  return std::ranges::all_of(slice.at, [&](const auto& each) {
    const auto i = params.schema().find(each.first);
    return i && params[*i] == each.second;
  });
}

Others other_seeds(const Store& store, const std::vector<Claim>& claims,
                   const std::vector<Verdict>& verdicts) {
  Others others;
  if (claims.empty()) return others;
  const std::vector<std::uint64_t> ids = claims.front().sweep.ids();
  const StoreCounts counts = store.counts();
  if (counts.done + counts.failed + counts.diverged + counts.pruned <= ids.size())
    return others;  // it is all there is
  const Experiment& experiment = *claims.front().experiment;
  const std::size_t seed = *experiment.parameters.find("seed");
  std::set<Value> asked_for;
  claims.front().sweep.for_each([&](const TrialSpec& trial) {
    asked_for.insert(trial.params[seed]);
    return true;
  });
  std::map<History::Name, std::set<Value>> found;
  store.for_each_params(experiment, [&](const Parameters& params) {
    if (asked_for.contains(params[seed])) return true;
    for (std::size_t i = 0; i < claims.size(); ++i) {
      if (!claims[i].reads(params)) continue;
      for (const SliceVerdict& slice : verdicts[i].slices)
        if (is_of(slice, params)) found[{verdicts[i].id, name_of_slice(slice)}].insert(params[seed]);
    }
    return true;
  });
  for (const auto& [name, seeds] : found) others[name] = seeds.size();
  return others;
}

// The looks that these verdicts are, where they are new.
History looks_at(const History& known, const std::vector<Verdict>& verdicts, const Others& others) {
  History noted;
  for (const Verdict& verdict : verdicts) {
    for (const SliceVerdict& slice : verdict.slices) {
      if (slice.missing.not_run > 0 || slice.trials == 0) continue;  // not yet what it is to be judged on
      const History::Name name = {verdict.id, name_of_slice(slice)};
      const auto found = known.looks.find(name);
      History::Look look = found == known.looks.end() ? History::Look() : found->second;
      const auto other = others.find(name);
      if (look_again(slice, other == others.end() ? 0 : other->second, look, found == known.looks.end()))
        noted.looks[name] = look;
    }
  }
  return noted;
}

}  // namespace

void note_forms(Store& store, const std::vector<Claim>& claims) {
  const History known = store.history();
  History noted;
  std::vector<const Claim*> unseen;  // of which no result has been found yet
  for (const Claim& claim : claims) {
    if (known.forms.contains({claim.id, claim.hash})) continue;
    noted.forms[{claim.id, claim.hash}] = {now_utc(), false};
    unseen.push_back(&claim);
  }
  if (unseen.empty()) return;
  store.for_each_params(*claims.front().experiment, [&](const Parameters& params) {
    std::erase_if(unseen, [&](const Claim* claim) {
      if (!claim->reads(params)) return false;
      noted.forms[{claim->id, claim->hash}].after_results = true;
      return true;
    });
    return !unseen.empty();
  });
  store.add_history(noted);
}

bool is_new_look(const History& history, const std::vector<Verdict>& verdicts) {
  return !looks_at(history, verdicts, {}).looks.empty();
}

bool note_looks(Store& store, const std::vector<Claim>& claims, const std::vector<Verdict>& verdicts) {
  const History noted = looks_at(store.history(), verdicts, other_seeds(store, claims, verdicts));
  if (noted.looks.empty()) return false;
  store.add_history(noted);
  return true;
}

void tell_history(const History& history, const std::vector<Claim>& claims, std::vector<Verdict>& verdicts) {
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    Verdict& verdict = verdicts[i];
    const auto form = history.forms.find({verdict.id, claims.at(i).hash});
    if (form != history.forms.end()) verdict.record = {form->second.since, form->second.after_results};
    verdict.rounds = static_cast<std::uint64_t>(std::ranges::count_if(
        history.rounds, [](const auto& round) { return !round.second.judged.empty(); }));
    for (SliceVerdict& slice : verdict.slices) {
      const auto look = history.looks.find({verdict.id, name_of_slice(slice)});
      if (look == history.looks.end()) continue;
      slice.added_after_looking = look->second.added;
      if (slice.missing.not_run == 0 && slice.seeds < look->second.seeds)
        slice.left_out_after_looking = look->second.seeds - slice.seeds;
    }
  }
}

}  // namespace qklab
