#include "core/figures/lost.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace qklab {
namespace {

// A figure without such a parameter has one group of all trials.
std::vector<Group> groups(const Trials& trials, const Schema& schema,
                          const std::optional<std::size_t>& parameter) {
  if (parameter) return group(trials, schema, {*parameter});
  return {{{}, trials}};
}

}  // namespace

std::vector<Lost> lost_places(const Figure& figure, const Trials& lost, const Experiment& experiment) {
  std::vector<Lost> places;
  if (lost.empty()) return places;
  const Schema& schema = experiment.parameters;
  for (const Group& facet : groups(lost, schema, figure.facet_parameter)) {
    for (const Group& curve : groups(facet.trials, schema, figure.curve_parameter)) {
      for (const Group& at : groups(curve.trials, schema, figure.x_parameter)) {
        const std::optional<Value> x = at.key.empty() ? std::nullopt : std::optional(at.key[0]);
        places.push_back({facet.key, curve.key, x, at.trials});
      }
    }
  }
  return places;
}

void add_lost_panels(const Figure& figure, const Experiment& experiment, FigureData& data) {
  if (!figure.facet_parameter || data.lost.empty()) return;
  const std::vector<std::size_t> parameters = {*figure.facet_parameter};
  const KeyLess less{&experiment.parameters, &parameters};
  bool is_new = false;
  for (const Lost& lost : data.lost) {
    const auto found =
        std::ranges::lower_bound(data.panels, lost.facet, less, [](const Panel& panel) { return panel.key; });
    if (found != data.panels.end() && found->key == lost.facet) continue;
    data.panels.insert(found, {lost.facet, "", "", {}});
    is_new = true;
  }
  if (is_new) set_titles(data.panels, figure, experiment);
}

std::string left_out_text(const FigureData& data) {
  const std::size_t all = data.failed + data.diverged + data.pruned;
  if (all == 0) return "";
  std::vector<std::string> parts;
  for (const auto& [count, what] :
       {std::pair{data.failed, "failed"}, {data.diverged, "diverged"}, {data.pruned, "pruned"}})
    if (count > 0) parts.push_back(fmt::format("{} {}", count, what));
  return fmt::format("{} trial{} left out: {}", all, all == 1 ? "" : "s", fmt::join(parts, ", "));
}

bool is_lost_in(const Lost& lost, const Panel& panel) { return panel.key == lost.facet; }

}  // namespace qklab
