#include "core/config/confirm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/config/layer.hpp"
#include "core/strategies/strategy.hpp"

namespace qklab {
namespace {

constexpr std::int64_t fewest_confirming_seeds = 2;  // an interval needs two

std::optional<ConfirmSetting> checked(std::optional<std::int64_t> seeds, const Place& place,
                                      Diagnostics& diagnostics) {
  if (seeds && *seeds >= fewest_confirming_seeds && *seeds <= most_confirming_seeds)
    return ConfirmSetting{static_cast<std::uint64_t>(*seeds), place};
  diagnostics.error(place, fmt::format("confirm: seeds: expected how many seeds to reserve, {} to {}",
                                       fewest_confirming_seeds, most_confirming_seeds));
  return std::nullopt;
}

// The values of the seed where it stands alone; null where other parameters move with it.
const Axis* own_axis(const Layer& layer, std::size_t seed, bool& sets_seed) {
  for (const AxisTree& tree : layer.axes) {
    if (tree.kind == AxisTree::Kind::values && tree.parameter == seed) {
      sets_seed = true;
      return tree.axis.get();
    }
  }
  sets_seed = layer.sets(seed);
  return nullptr;
}

std::int64_t largest(const Axis& axis) {
  std::int64_t largest = 0;
  for (std::uint64_t i = 0; i < axis.size(); ++i) {
    Axis::Point point;
    axis.append(i, point);
    largest = std::max(largest, std::get<std::int64_t>(point.front().second));
  }
  return largest;
}

Value value_of(const Parameter& parameter, const std::string& text) {
  std::string why;
  if (auto value = parameter.convert(text, why)) return *std::move(value);
  throw Error(fmt::format("a point to be confirmed: {}: {}", parameter.name, why));
}

}  // namespace

Confirming confirming_of(const Sweep& exploring, std::uint64_t round) {
  Confirming confirming{round, {}};
  const Schema& schema = exploring.experiment().parameters;
  for (const Axis::Point& point : exploring.added_points()) {
    confirming.points.emplace_back();
    for (const auto& [parameter, value] : point)
      confirming.points.back().emplace_back(schema[parameter].name, to_text(value));
  }
  return confirming;
}

std::int64_t first_seed_of(std::uint64_t round) {
  return last_exploring_seed + static_cast<std::int64_t>(round) * most_confirming_seeds + 1;
}

std::string confirming_json(const Confirming& confirming) {
  nlohmann::ordered_json points = nlohmann::ordered_json::array();
  for (const auto& point : confirming.points) {
    nlohmann::ordered_json settings = nlohmann::ordered_json::object();
    for (const auto& [name, text] : point) settings[name] = text;
    points.push_back(settings);
  }
  return nlohmann::ordered_json{{"round", confirming.round}, {"points", points}}.dump();
}

Confirming parse_confirming_json(const std::string& json) {
  try {
    const auto document = nlohmann::ordered_json::parse(json);
    Confirming confirming{document.at("round"), {}};
    for (const auto& point : document.at("points")) {
      confirming.points.emplace_back();
      for (const auto& [name, text] : point.items()) confirming.points.back().emplace_back(name, text);
    }
    return confirming;
  } catch (const nlohmann::ordered_json::exception& error) {
    throw Error(fmt::format("what a run confirms cannot be read: {}", error.what()));
  }
}

std::optional<ConfirmSetting> read_confirm(MapReader& map) {
  if (!map.has("confirm")) return std::nullopt;
  const YAML::Node node = map.node("confirm");
  const Place place = map.place("confirm");
  if (node.IsScalar() && node.Scalar() == "none") return ConfirmSetting{0, place};
  if (!node.IsMap()) {
    map.diagnostics().error(place, "confirm: expected {seeds: HOW_MANY}, or none");
    return std::nullopt;
  }
  MapReader keys(node, map.file(), map.diagnostics(), "confirm");
  const bool given = keys.has("seeds");
  const YAML::Node seeds = keys.node("seeds");
  keys.finish();
  const auto count = given && seeds.IsScalar() ? parse_integer(seeds.Scalar()) : std::nullopt;
  return checked(count, given ? keys.place("seeds") : place, map.diagnostics());
}

std::optional<ConfirmSetting> read_confirm(std::string_view text, const Place& place,
                                           Diagnostics& diagnostics) {
  return checked(parse_integer(text), place, diagnostics);
}

void check_confirm(const Sweep& sweep, const Layer& layer, Diagnostics& diagnostics) {
  if (!layer.confirm || layer.confirm->seeds == 0) return;
  const Place& place = layer.confirm->place;
  if (const Strategy* const strategy = selecting_strategy(sweep)) {
    diagnostics.error(place, fmt::format("confirm: does not go with {}, where results of other trials decide "
                                         "which trials run to their end; leave one of them out",
                                         strategy->kind));
  }
  const std::size_t seed = *sweep.experiment().parameters.find("seed");
  bool sets_seed = false;
  const Axis* const own = own_axis(layer, seed, sets_seed);
  if (!own) {
    if (sets_seed)
      diagnostics.error(place, "confirm: the seeds must have an axis of their own, under 'seeds'");
    return;
  }
  if (largest(*own) > last_exploring_seed) {
    diagnostics.error(layer.place_of(seed).value_or(place),
                      fmt::format("seeds: {} is reserved: with 'confirm', seeds above 2^40 = {} are drawn by "
                                  "`qklab confirm` alone",
                                  largest(*own), last_exploring_seed));
  }
}

Sweep confirming_sweep(const Sweep& sweep, const Confirming& confirming, std::uint64_t seeds) {
  const Schema& schema = sweep.experiment().parameters;
  std::vector<Axis::Point> points;
  for (const auto& settings : confirming.points) {
    points.emplace_back();
    for (const auto& [name, text] : settings) {
      const auto parameter = schema.find(name);
      if (!parameter)
        throw Error(fmt::format("a point to be confirmed sets '{}', which is no parameter", name));
      points.back().emplace_back(*parameter, value_of(schema[*parameter], text));
    }
  }
  return sweep.with_points(std::move(points)).with_seeds(first_seed_of(confirming.round), seeds);
}

}  // namespace qklab
