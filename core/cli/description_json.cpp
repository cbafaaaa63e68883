#include "core/cli/description_json.hpp"

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

namespace qklab {

namespace {

using Json = nlohmann::ordered_json;

// Infinite bounds are null.
Json bound(double x) { return std::isfinite(x) ? Json(x) : Json(); }

Json json_of(const std::vector<Metric>& metrics) {
  Json list = Json::array();
  for (const Metric& metric : metrics) {
    list.push_back({{"name", metric.name}, {"unit", metric.unit}, {"exact", metric.bits == Bits::exact}});
    if (!metric.index.empty()) list.back()["index"] = metric.index;
    list.back()["low"] = metric.range ? bound(metric.range->low) : Json();
    list.back()["high"] = metric.range ? bound(metric.range->high) : Json();
    list.back()["doc"] = metric.doc;
  }
  return list;
}

std::string_view type_of(const Parameter& parameter) {
  switch (parameter.type) {
    case Type::boolean:
      return "boolean";
    case Type::integer:
      return "integer";
    case Type::real:
      return "real";
    case Type::text:
      return "text";
  }
  return "";
}

}  // namespace

std::string description_json(const Experiment& experiment) {
  Json parameters = Json::array();
  for (const Parameter& each : experiment.parameters) {
    parameters.push_back({{"name", each.name},
                          {"type", type_of(each)},
                          {"default", each.default_text()},
                          {"low", bound(each.low)},
                          {"high", bound(each.high)},
                          {"choices", each.choices},
                          {"unit", each.unit},
                          {"doc", each.doc}});
  }
  const Json all = {{"name", experiment.name},
                    {"version", experiment.version},
                    {"doc", experiment.doc},
                    {"parameters", std::move(parameters)},
                    {"scalars", json_of(experiment.scalars)},
                    {"series", json_of(experiment.series)},
                    {"arrays", json_of(experiment.arrays)}};
  return all.dump(2);
}

}  // namespace qklab
