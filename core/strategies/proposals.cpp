#include "core/strategies/proposals.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/text/json_numbers.hpp"

namespace qklab {

std::string text_of(const Proposals& proposals, const Search& search, const Sweep& sweep) {
  nlohmann::ordered_json points = nlohmann::ordered_json::array();
  for (const Axis::Point& point : proposals.points) {
    nlohmann::ordered_json& values = points.emplace_back(nlohmann::ordered_json::object());
    for (const auto& [parameter, value] : point)
      values[sweep.experiment().parameters[parameter].name] = json_with_type(value);
  }
  return nlohmann::ordered_json{
      {"signature", search.signature(sweep)}, {"by", proposals.by}, {"points", std::move(points)}}
      .dump();
}

std::optional<Proposals> read_proposals(const std::string& text, const Search& search, const Sweep& sweep) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  try {
    if (json.at("signature") != search.signature(sweep)) return std::nullopt;
    Proposals proposals{json.at("by").get<std::string>(), {}};
    for (const auto& values : json.at("points")) proposals.points.push_back(point_of(values, search, sweep));
    return proposals;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  } catch (const Error&) {
    return std::nullopt;
  }
}

Axis::Point point_of(const nlohmann::json& values, const Search& search, const Sweep& sweep) {
  const Schema& schema = sweep.experiment().parameters;
  Axis::Point point;
  for (const Dimension& dimension : search.space) {
    const std::size_t at = *schema.find(dimension.name);
    const nlohmann::json& json = values.at(dimension.name);
    std::string why;
    const auto value = schema[at].convert(json.is_string() ? json.get<std::string>() : json.dump(), why);
    if (!value) throw Error(dimension.name + ": " + why);
    point.emplace_back(at, *value);
  }
  std::ranges::sort(point, {}, &Axis::Point::value_type::first);
  return point;
}

Sweep with_proposals(const Sweep& sweep, const std::string& text) {
  const Search* const search = find_search(sweep);
  if (!search) return sweep;
  if (!search->asks_optuna()) return search->grow(sweep, {});
  std::optional<Proposals> proposals = read_proposals(text, *search, sweep);
  if (!proposals) return sweep;
  proposals->points.resize(std::min<std::size_t>(proposals->points.size(), search->budget - 1));
  return sweep.with_points(std::move(proposals->points));
}

}  // namespace qklab
