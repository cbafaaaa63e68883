#include "core/grammar/config_schema.hpp"

#include <fmt/format.h>

#include "core/claims/claim.hpp"
#include "core/claims/test_kind.hpp"
#include "core/figures/figure.hpp"
#include "core/figures/plot_kind.hpp"
#include "core/grammar/value_schema.hpp"
#include "core/strategies/strategy.hpp"
#include "core/trial/experiment.hpp"

namespace qklab {
namespace {

const Json text_schema = {{"type", "string"}};
// Numbers and the like are text as well where text is expected.
const Json scalar_schema = {{"type", {"string", "number", "boolean"}}};

Json form_schema(const KeyForm& form) {
  switch (form.kind) {
    case KeyForm::Kind::any:
      return Json::object();
    case KeyForm::Kind::text:
      return scalar_schema;
    case KeyForm::Kind::texts:
      return {{"anyOf", {scalar_schema, {{"type", "array"}, {"items", scalar_schema}}}}};
    case KeyForm::Kind::real:
      return {{"type", "number"}};
    case KeyForm::Kind::integer:
      return {{"type", "integer"}};
    case KeyForm::Kind::boolean:
      return {{"type", "boolean"}};
    case KeyForm::Kind::choice:
      return {{"enum", form.choices}};
  }
  throw Error("a form of key without a schema");
}

// A map with these keys in which `key` is `name`. One that may be left out is then `name`.
Json keyed_schema(const KeyForms& forms, const std::string& key, const std::string& name,
                  const std::string& doc, const std::vector<std::string>& required) {
  Json properties = Json::object();
  for (const auto& [each, form] : forms) properties[each] = form_schema(form);
  properties[key] = {{"const", name}, {"description", doc}};
  return {{"type", "object"},
          {"description", doc},
          {"properties", properties},
          {"required", required},
          {"additionalProperties", false}};
}

Json list_schema(const Json& items) { return {{"type", Json::array({"array", "null"})}, {"items", items}}; }

// Which of several schemas holds is told by a key that names it, so that an editor's message is about that one.
Json by_key(const std::string& key, const std::string& usual, const std::vector<std::string>& names,
            const std::vector<Json>& schemas) {
  Json cases = Json::array();
  for (std::size_t i = 0; i < names.size(); ++i) {
    Json is_named = {{"properties", {{key, {{"const", names[i]}}}}}};
    if (names[i] != usual) is_named["required"] = Json::array({key});
    cases.push_back({{"if", is_named}, {"then", schemas[i]}});
  }
  return {{"type", "object"}, {"properties", {{key, {{"enum", names}}}}}, {"allOf", cases}};
}

// No reader asks for other keys where another experiment is looked at, so that any one will do.
Json figures_schema(const Experiment& experiment) {
  std::vector<Json> kinds;
  for (const PlotKind* plot : Registry<PlotKind>::all().entries())
    kinds.push_back(keyed_schema(figure_keys(*plot, experiment), "plot", plot->name, plot->doc, {}));
  return list_schema(by_key("plot", "line", Registry<PlotKind>::all().names(), kinds));
}

Json claims_schema(const Experiment& experiment) {
  std::vector<Json> kinds;
  for (const TestKind* test : Registry<TestKind>::all().entries())
    kinds.push_back(keyed_schema(claim_keys(*test, experiment), "test", test->name, test->doc,
                                 {"id", "text", "test", "metric"}));
  const Json written = by_key("test", "", Registry<TestKind>::all().names(), kinds);
  const Json named = {{"type", "string"}, {"description", "the id of one of the experiment's own claims"}};
  return list_schema({{"if", text_schema}, {"then", named}, {"else", written}});
}

void add_strategies(Json& properties, StrategyKind::Section section) {
  for (const StrategyKind* kind : StrategyKinds::all().entries()) {
    if (kind->section == section)
      properties[kind->name] = {{"description", kind->doc}, {"type", Json::array({"object", "string"})}};
  }
}

Json seeds_schema(const Parameter& seed) {
  Json strategies = Json::object();
  add_strategies(strategies, StrategyKind::Section::seeds);
  Json axis = axis_schema(seed);
  axis["anyOf"].push_back({{"type", "object"},
                           {"properties", strategies},
                           {"minProperties", 1},
                           {"additionalProperties", false}});
  axis["description"] = "how many seeds, a list of seeds, or until: which adds some as they are needed";
  return axis;
}

Json confirm_schema() {
  return {{"description", "seeds that only `qklab confirm` draws"},
          {"anyOf",
           {{{"const", "none"}},
            {{"type", "object"},
             {"properties", {{"seeds", {{"type", "integer"}, {"minimum", 2}}}}},
             {"required", Json::array({"seeds"})},
             {"additionalProperties", false}}}}};
}

// A program that is the experiment. What parameters it has only the program itself knows.
Json command_schema() {
  return {{"type", "object"},
          {"properties",
           {{"command", {{"type", "array"}, {"items", text_schema}, {"minItems", 1}}},
            {"limit", {{"description", "seconds that a trial may take"}, {"type", "number"}}}}},
          {"required", Json::array({"command"})},
          {"additionalProperties", false}};
}

// A sweep: axes, and zip and grid, which hold axes in turn.
Json sweep_schema(const Experiment& experiment, const std::string& itself) {
  Json sweep = parameters_schema(experiment.parameters, axis_schema);
  const Json rows = parameters_schema(experiment.parameters, axis_schema);
  sweep["properties"]["zip"] = {
      {"description", "axes that move together"}, {"type", "array"}, {"items", rows}};
  sweep["properties"]["grid"] = {{"description", "grids, all of whose points are run"},
                                 {"type", "array"},
                                 {"items", {{"$ref", itself}}}};
  sweep["properties"]["points"] = {{"description", "points that are added one by one"},
                                   {"type", "array"},
                                   {"items", parameters_schema(experiment.parameters, value_schema)}};
  add_strategies(sweep["properties"], StrategyKind::Section::sweep);
  return sweep;
}

// What a config says about its trials, and a preset as well.
Json layer_properties(const Experiment& experiment, const std::string& place) {
  const Schema& schema = experiment.parameters;
  Json properties = {
      {"params", {{"$ref", place + "/params"}}},
      {"sweep", {{"$ref", place + "/sweep"}}},
      {"seeds", {{"$ref", place + "/seeds"}}},
      {"where", {{"description", "leaves out the trials for which it is false"}, {"type", "string"}}},
      {"confirm", confirm_schema()}};
  add_strategies(properties, StrategyKind::Section::config);
  if (!schema.find("seed")) properties.erase("seeds");
  return properties;
}

// All that depends on the experiment, as a definition for each.
Json experiment_schema(const Experiment& experiment, const std::string& place) {
  const Schema& schema = experiment.parameters;
  Json layer = layer_properties(experiment, place);
  const Json preset = {
      {"type", Json::array({"object", "null"})}, {"properties", layer}, {"additionalProperties", false}};
  Json properties = layer;
  properties["name"] = {{"description", "names the run's folder"}, {"type", "string"}};
  properties["experiment"] = {{"const", experiment.name}, {"description", experiment.doc}};
  properties["plugin"] = form_schema({KeyForm::Kind::texts});
  properties["doc"] = {{"description", "what the sweep is for"}, {"type", "string"}};
  properties["presets"] = {{"description", "settings that --preset lays over these"},
                           {"type", Json::array({"object", "null"})},
                           {"additionalProperties", preset}};
  properties["figures"] = {{"$ref", "#/definitions/figures"}};
  for (const char* const list : {"claims", "checks"}) properties[list] = {{"$ref", "#/definitions/claims"}};
  Json definition = {{"params", parameters_schema(schema, value_schema)},
                     {"sweep", sweep_schema(experiment, place + "/sweep")}};
  if (const auto seed = schema.find("seed")) definition["seeds"] = seeds_schema(schema[*seed]);
  definition["whole"] = {{"properties", properties}, {"additionalProperties", false}};
  return definition;
}

}  // namespace

Json config_schema() {
  const std::vector<std::string> experiments = experiment_names();
  const Experiment& any = *find_experiment(experiments.front());
  Json definitions = {
      {"axis_forms", axis_forms()}, {"figures", figures_schema(any)}, {"claims", claims_schema(any)}};
  Json cases = Json::array();
  for (const std::string& name : experiments) {
    const std::string place = "#/definitions/experiments/" + name;
    definitions["experiments"][name] = experiment_schema(*find_experiment(name), place);
    cases.push_back(
        {{"if",
          {{"properties", {{"experiment", {{"const", name}}}}}, {"required", Json::array({"experiment"})}}},
         {"then", {{"$ref", place + "/whole"}}}});
  }
  return {{"$schema", "http://json-schema.org/draft-07/schema#"},
          {"title", "a config of qklab"},
          {"type", "object"},
          {"required", Json::array({"name", "experiment"})},
          {"properties", {{"experiment", {{"anyOf", {{{"enum", experiments}}, command_schema()}}}}}},
          {"allOf", cases},
          {"definitions", definitions}};
}

}  // namespace qklab
