#include "core/search/proposer.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/process/dialog.hpp"
#include "core/search/script.hpp"
#include "core/text/json_numbers.hpp"

namespace qklab {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::chrono::seconds import_limit{120}, answer_limit{600};

Json space_json(const Search& search, const Schema& schema) {
  Json space = Json::array();
  for (const Dimension& dimension : search.space) {
    const Parameter& parameter = schema[*schema.find(dimension.name)];
    Json& part = space.emplace_back(Json{{"name", dimension.name}});
    if (dimension.kind == Dimension::Kind::values) {
      for (const Value& value : values_of(dimension, parameter))
        part["values"].push_back(json_with_type(value));
      continue;
    }
    part["log"] = dimension.kind == Dimension::Kind::loguniform;
    part["whole"] = parameter.type == Type::integer;
    for (const auto& [key, end] : {std::pair{"low", dimension.low}, {"high", dimension.high}})
      part[key] = parameter.type == Type::integer ? Json(static_cast<std::int64_t>(end)) : Json(end);
  }
  return space;
}

Json point_json(const Search& search, const Parameters& params) {
  Json point = Json::object();
  for (const Dimension& dimension : search.space)
    point[dimension.name] = json_with_type(params[*params.schema().find(dimension.name)]);
  return point;
}

bool lies_within(const Search& search, const Parameters& params) {
  return std::ranges::all_of(search.space, [&](const Dimension& dimension) {
    const std::size_t at = *params.schema().find(dimension.name);
    if (dimension.kind == Dimension::Kind::values)
      return std::ranges::count(values_of(dimension, params.schema()[at]), params[at]) > 0;
    const double value = params.real(dimension.name);
    return dimension.low <= value && value <= dimension.high;
  });
}

// The first line of the program: its version, or what it lacks.
Json greeting(Dialog& dialog) {
  const auto line = dialog.line(import_limit);
  Json hello = line ? Json::parse(*line, nullptr, false) : Json();
  if (hello.is_object()) return hello;
  return {{"missing", "python3-optuna"}, {"why", dialog.how_it_ended()}};
}

}  // namespace

Proposer::Proposer(const Search& search) : search_(search) {
  Json hello;
  for (const char* const python : {"python3", "/usr/bin/python3"}) {
    try {
      dialog_ = std::make_unique<Dialog>(Process{{python, "-c", proposing_script, search.sampler},
                                                 environment_without([](auto) { return false; }, {})});
      hello = greeting(*dialog_);
    } catch (const Error& error) {
      hello = {{"missing", "python3-optuna"}, {"why", error.what()}};
    }
    if (hello.contains("optuna")) break;
  }
  if (!hello.contains("optuna")) {
    throw InputError(fmt::format("{}: search: sampler {} needs {} ({}); install it, or take sampler: random",
                                 search.place.str(), search.sampler, hello.value("missing", "python3-optuna"),
                                 hello.value("why", "")));
  }
  version_ = "optuna " + hello["optuna"].get<std::string>();
}

Proposer::~Proposer() = default;

std::vector<Axis::Point> Proposer::next(const Sweep& sweep, const std::vector<SearchedPoint>& earlier) {
  const Schema& schema = sweep.experiment().parameters;
  const bool has_base = lies_within(search_, earlier.front().params), first = earlier.size() == 1;
  Json points = Json::array();
  for (std::size_t i = has_base ? 0 : 1; !first && i < earlier.size(); ++i) {
    const double value = earlier[i].value.value();
    points.push_back({point_json(search_, earlier[i].params), json_in_full(value)});
  }
  const std::uint64_t wanted =
      std::min(search_.batch - earlier.size() % search_.batch, search_.budget - earlier.size());
  const Json request = {{"space", space_json(search_, schema)},
                        {"goal", search_.goal},
                        {"seed", search_.seed},
                        {"batch", search_.batch},
                        {"ask", wanted},
                        {"base", has_base ? point_json(search_, earlier.front().params) : Json()},
                        {"points", std::move(points)}};
  dialog_->send(request.dump());
  const auto line = dialog_->line(answer_limit);
  const auto answer = line ? nlohmann::json::parse(*line, nullptr, false) : nlohmann::json();
  if (!answer.is_object() || !answer.contains("points") || answer["points"].size() != wanted)
    throw Error(fmt::format("search: {} proposed nothing: {}", version_, dialog_->how_it_ended()));
  std::vector<Axis::Point> proposed;
  for (const auto& point : answer["points"]) proposed.push_back(point_of(point, search_, sweep));
  return proposed;
}

}  // namespace qklab
