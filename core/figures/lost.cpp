#include "core/figures/lost.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "core/base/nan.hpp"

namespace qklab {
namespace {

// The last index at which the trial has a number of the figure's series; NaN where it has none, or the index is not the
// figure's axis.
double end_of(const Figure& figure, const TrialRecord& trial) {
  if (!figure.along_index) return nan;
  const Series& series = series_of(figure.value, trial);
  return series.index.empty() ? nan : series.index.back();
}

}  // namespace

std::vector<Lost> lost_places(const Figure& figure, const Trials& lost,
                              const std::vector<const Parameters*>& not_run, const Experiment& experiment) {
  const Schema& schema = experiment.parameters;
  std::vector<std::size_t> shown = figure.facet_parameters;  // in the order of a key
  const std::size_t facets = shown.size();
  if (figure.curve_parameter) shown.push_back(*figure.curve_parameter);
  if (figure.x_parameter) shown.push_back(*figure.x_parameter);
  const KeyLess less{&schema, &shown};
  using KeyAndEnd = std::pair<Key, double>;
  const auto in_order = [&less](const KeyAndEnd& a, const KeyAndEnd& b) {
    return less(a.first, b.first) || (!less(b.first, a.first) && a.second < b.second);
  };
  std::map<KeyAndEnd, Lost, decltype(in_order)> by_place(in_order);
  const auto place = [&](const Parameters& params, double end) -> Lost& {
    const Key key = key_of(params, shown);
    Lost one{Key(key.begin(), key.begin() + static_cast<std::ptrdiff_t>(facets)), {}, {}};
    if (figure.curve_parameter) one.curve = {key[facets]};
    if (figure.x_parameter) one.x = key.back();
    if (!std::isnan(end)) one.x = end;
    const double none = -std::numeric_limits<double>::infinity();
    return by_place.try_emplace({key, std::isnan(end) ? none : end}, std::move(one)).first->second;
  };
  for (const TrialRecord* trial : lost) place(trial->params, end_of(figure, *trial)).trials.push_back(trial);
  for (const Parameters* params : not_run) ++place(*params, nan).not_run;
  std::vector<Lost> places;
  for (auto& [key, one] : by_place) places.push_back(std::move(one));
  return places;
}

void add_lost_panels(const Figure& figure, const Experiment& experiment, FigureData& data) {
  if (figure.facet_parameters.empty() || data.lost.empty()) return;
  const std::vector<std::size_t>& parameters = figure.facet_parameters;
  const KeyLess less{&experiment.parameters, &parameters};
  bool is_new = false;
  for (const Lost& lost : data.lost) {
    const auto found =
        std::ranges::lower_bound(data.panels, lost.facet, less, [](const Panel& panel) { return panel.key; });
    if (found != data.panels.end() && found->key == lost.facet) continue;
    data.panels.insert(found, {lost.facet, "", "", {}});
    is_new = true;
  }
  if (!is_new) return;
  complete_grid(data.panels, figure, experiment);
  set_titles(data.panels, figure, experiment);
}

std::string left_out_text(const FigureData& data) {
  const std::size_t all = data.failed + data.diverged + data.pruned + data.not_run;
  if (all == 0) return "";
  std::vector<std::string> parts;
  for (const auto& [count, what] : {std::pair{data.failed, "failed"},
                                    {data.diverged, "diverged"},
                                    {data.pruned, "pruned"},
                                    {data.not_run, "not run yet"}})
    if (count > 0) parts.push_back(fmt::format("{} {}", count, what));
  return fmt::format("{} trial{} left out: {}", all, all == 1 ? "" : "s", fmt::join(parts, ", "));
}

bool is_lost_in(const Lost& lost, const Panel& panel) { return panel.key == lost.facet; }

}  // namespace qklab
