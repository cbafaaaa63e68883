#include "core/claims/point_sets.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/claims/elements.hpp"

namespace qklab {

std::optional<std::size_t> read_along(ClaimReader& reader) {
  const auto& [map, experiment, claim] = reader;
  const std::string name = map.required_text("along");
  if (name.empty() || claim.metric.metric.empty()) return std::nullopt;
  if (claim.metric.whole_series()) {
    const std::string& index = metric_of(claim.metric, experiment).index;
    if (name == index) return std::nullopt;
    if (experiment.parameters.find(name)) {
      reader.needs_one_number();
      return std::nullopt;
    }
    std::vector<std::string> candidates = experiment.parameters.names();
    candidates.push_back(index);
    reader.error("along", fmt::format("'{}' is neither '{}', the index of '{}', nor a parameter{}", name,
                                      index, claim.metric.metric, did_you_mean(name, candidates)));
    return std::nullopt;
  }
  const auto along = find_parameter(map, "along", name, experiment);
  if (!along) return std::nullopt;
  const Type type = experiment.parameters[*along].type;
  if (type != Type::real && type != Type::integer)
    reader.error("along", fmt::format("'{}' is no number", name));
  return along;
}

std::vector<Points> point_sets(const Claim& claim, const std::optional<std::size_t>& along,
                               const Trials& trials) {
  std::vector<Points> sets;
  if (!along) {
    for (const TrialRecord* trial : trials) {
      Elements e = elements(claim.metric, *trial);
      sets.push_back({std::move(e.index), std::move(e.value)});
    }
    return sets;
  }
  const Schema& schema = claim.experiment->parameters;
  // Defaults derived from `along` move with it, and must not tear its trials apart.
  const auto follows = [&](std::size_t i) {
    return schema[i].derive && std::all_of(trials.begin(), trials.end(), [&](const TrialRecord* trial) {
             return trial->params[i] == schema[i].derive(trial->params);
           });
  };
  std::vector<std::size_t> others;
  for (std::size_t i = 0; i < schema.size(); ++i) {
    if (i != *along && !follows(i)) others.push_back(i);
  }
  for (const Group& set : group(trials, schema, others)) {
    Points points;
    for (const TrialRecord* trial : set.trials) {
      points.x.push_back(trial->params.real(schema[*along].name));
      points.y.push_back(number_of(claim.metric, *trial));
    }
    sets.push_back(std::move(points));
  }
  return sets;
}

}  // namespace qklab
