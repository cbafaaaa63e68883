#include "core/report/main_effects.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "core/results/selection.hpp"

namespace qklab {
namespace {

// The group that each trial's value falls into: 0, 1, ...; equal values share one.
std::vector<std::size_t> levels_of(const Trials& trials, const Schema& schema, std::size_t parameter,
                                   MainEffect& effect) {
  std::map<Value, std::size_t> ranks;
  for (const TrialRecord* trial : trials) ranks.emplace(trial->params[parameter], 0);
  std::size_t rank = 0;
  for (auto& [value, place] : ranks) place = rank++;
  std::vector<std::size_t> levels;
  for (const TrialRecord* trial : trials) levels.push_back(ranks.at(trial->params[parameter]));
  effect.levels = ranks.size();
  const Type type = schema[parameter].type;
  if (ranks.size() <= most_levels || (type != Type::real && type != Type::integer)) return levels;

  // Values in groups of about equally many trials, in order.
  std::vector<std::size_t> count(ranks.size());
  for (const std::size_t level : levels) ++count[level];
  std::vector<std::size_t> group_of(ranks.size());
  std::size_t before = 0;
  for (std::size_t k = 0; k < ranks.size(); ++k) {
    group_of[k] = before * groups_of_many / trials.size();
    before += count[k];
  }
  for (std::size_t& level : levels) level = group_of[level];
  std::vector<std::size_t> used = group_of;
  used.erase(std::unique(used.begin(), used.end()), used.end());
  effect.levels = used.size();
  effect.binned = true;
  return levels;
}

double share_between(const std::vector<double>& y, const std::vector<std::size_t>& levels) {
  const double center = std::accumulate(y.begin(), y.end(), 0.0) / static_cast<double>(y.size());
  const std::size_t most = *std::max_element(levels.begin(), levels.end());
  std::vector<double> sum(most + 1), count(most + 1);
  double total = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    sum[levels[i]] += y[i] - center;
    count[levels[i]] += 1;
    total += (y[i] - center) * (y[i] - center);
  }
  double between = 0;
  for (std::size_t k = 0; k <= most; ++k) between += count[k] > 0 ? sum[k] * sum[k] / count[k] : 0;
  return total > 0 ? between / total : 0;
}

}  // namespace

namespace {

std::vector<MainEffect> effects_on(const Trials& trials, const std::vector<double>& y, const Schema& schema) {
  std::vector<MainEffect> effects;
  for (std::size_t i = 0; i < schema.size(); ++i) {
    const auto differs = [&](const TrialRecord* t) { return t->params[i] != trials.front()->params[i]; };
    if (std::none_of(trials.begin(), trials.end(), differs)) continue;
    MainEffect effect;
    effect.parameter = i;
    effect.share = share_between(y, levels_of(trials, schema, i, effect));
    effect.chance = static_cast<double>(effect.levels - 1) / static_cast<double>(trials.size() - 1);
    effects.push_back(effect);
  }
  std::stable_sort(effects.begin(), effects.end(),
                   [](const MainEffect& a, const MainEffect& b) { return a.share > b.share; });
  return effects;
}

}  // namespace

std::vector<MainEffect> main_effects(const Results& results, std::size_t slot) {
  Trials trials;
  std::vector<double> y;
  for (const TrialRecord& trial : results.trials) {
    if (trial.status != Status::done || !std::isfinite(trial.scalars.at(slot))) continue;
    trials.push_back(&trial);
    y.push_back(trial.scalars[slot]);
  }
  return effects_on(trials, y, results.experiment->parameters);
}

std::vector<MainEffect> effects_on_loss(const Results& results) {
  Trials trials;
  std::vector<double> y;
  for (const TrialRecord& trial : results.trials) {
    trials.push_back(&trial);
    y.push_back(trial.status == Status::done ? 0 : 1);
  }
  if (std::ranges::adjacent_find(y, std::ranges::not_equal_to{}) == y.end()) return {};
  return effects_on(trials, y, results.experiment->parameters);
}

}  // namespace qklab
