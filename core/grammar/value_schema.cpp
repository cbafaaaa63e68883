#include "core/grammar/value_schema.hpp"

#include <fmt/format.h>

#include <cmath>
#include <map>

#include "core/config/axis_form.hpp"

namespace qklab {
namespace {

// Text without choices may be written without quotes, also where YAML then sees a number.
const Json any_scalar = {"string", "number", "boolean"};

std::string description(const Parameter& parameter) {
  const std::string unit = parameter.unit.empty() ? "" : fmt::format(" [{}]", parameter.unit);
  return fmt::format("{}{} (default: {})", parameter.doc, unit, parameter.default_text());
}

Json numbers_of(std::size_t fewest, std::size_t most) {
  return {{"type", "array"}, {"items", {{"type", "number"}}}, {"minItems", fewest}, {"maxItems", most}};
}

Json list_of(const Json& item) { return {{"type", "array"}, {"items", item}, {"minItems", 1}}; }

Json one_key(const std::string& key, const Json& value) {
  return {{"type", "object"},
          {"properties", {{key, value}}},
          {"required", Json::array({key})},
          {"additionalProperties", false}};
}

Json random_schema() {
  Json forms = Json::array();
  for (const std::string& name : random_form_names()) {
    const Json of = name == "choice" ? list_of({{"type", any_scalar}}) : numbers_of(2, 2);
    forms.push_back({{"type", "object"},
                     {"properties",
                      {{name, of},
                       {"n", {{"type", "integer"}, {"minimum", 1}, {"description", "how many draws"}}},
                       {"seed", {{"type", "integer"}, {"description", "of the draws; 0 unless given"}}}}},
                     {"required", Json::array({name, "n"})},
                     {"additionalProperties", false}});
  }
  return {{"anyOf", forms}};
}

// The members of a group: the parameters whose names begin with `prefix`.
Json group_schema(const Schema& schema, Json (*of)(const Parameter&), const std::string& prefix) {
  Json properties = Json::object();
  std::map<std::string, bool> groups;
  for (const Parameter& parameter : schema) {
    if (!parameter.name.starts_with(prefix)) continue;
    const std::string rest = parameter.name.substr(prefix.size());
    properties[rest] = of(parameter);
    if (const auto dot = rest.find('.'); dot != std::string::npos) groups[rest.substr(0, dot)] = true;
  }
  for (const auto& [name, is_group] : groups)
    if (!properties.contains(name)) properties[name] = group_schema(schema, of, prefix + name + ".");
  return {
      {"type", Json::array({"object", "null"})}, {"properties", properties}, {"additionalProperties", false}};
}

}  // namespace

Json value_schema(const Parameter& parameter) {
  Json json = {{"description", description(parameter)}};
  if (!parameter.choices.empty()) {
    json["enum"] = parameter.choices;
    return json;
  }
  switch (parameter.type) {
    case Type::boolean:
      json["type"] = "boolean";
      return json;
    case Type::text:
      json["type"] = any_scalar;
      return json;
    case Type::integer:
      json["type"] = "integer";
      break;
    case Type::real:
      json["type"] = "number";
      break;
  }
  if (std::isfinite(parameter.low)) json[parameter.open_low ? "exclusiveMinimum" : "minimum"] = parameter.low;
  if (std::isfinite(parameter.high)) json["maximum"] = parameter.high;
  return json;
}

Json axis_schema(const Parameter& parameter) {
  Json value = value_schema(parameter);
  const std::string text = value["description"];
  value.erase("description");
  return {{"description", text}, {"anyOf", {value, list_of(value), {{"$ref", "#/definitions/axis_forms"}}}}};
}

Json axis_forms() {
  Json forms = Json::array();
  for (const std::string& name : axis_form_names()) {
    if (name == "values")
      forms.push_back(one_key(name, {{"anyOf", {{{"type", any_scalar}}, list_of({{"type", any_scalar}})}}}));
    else
      forms.push_back(one_key(name, name == "random" ? random_schema() : numbers_of(2, 3)));
  }
  return {{"anyOf", forms}};
}

Json parameters_schema(const Schema& schema, Json (*of)(const Parameter&)) {
  return group_schema(schema, of, "");
}

}  // namespace qklab
