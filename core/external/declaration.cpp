#include "core/external/declaration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/text/json_numbers.hpp"
#include "core/trial/trial_id.hpp"

namespace qklab {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view source = "source_";  // begins the names of parameters that name files

[[noreturn]] void refuse(const std::string& why) {
  throw InputError(fmt::format("its declaration: {}", why));
}

// A map in a declaration. Unknown keys are refused, so that a misspelt one is noticed.
class Keys {
 public:
  Keys(const Json& json, std::string what, std::vector<std::string> known)
      : json_(json), what_(std::move(what)) {
    if (!json.is_object()) refuse(fmt::format("{}: expected a map", what_));
    for (const auto& [key, value] : json.items()) {
      if (std::ranges::find(known, key) == known.end())
        refuse(fmt::format("{}: unknown key '{}'{}", what_, key, did_you_mean(key, known)));
    }
  }

  const Json* find(const char* key) const {
    const auto found = json_.find(key);
    return found == json_.end() || found->is_null() ? nullptr : &*found;
  }
  template <class T> T get(const char* key, T otherwise) const {
    const Json* value = find(key);
    if (!value) return otherwise;
    try {
      return value->get<T>();
    } catch (const Json::exception&) {
      refuse(fmt::format("{}: {}: a value of another type was expected, not {}", what_, key, value->dump()));
    }
  }
  std::string name() const {
    std::string name = get<std::string>("name", "");
    if (name.empty()) refuse(fmt::format("{}: 'name' is missing", what_));
    return name;
  }
  const std::string& what() const { return what_; }

 private:
  const Json& json_;
  std::string what_;
};

Parameter parameter_of(const Json& json) {
  const std::vector<std::string> known = {"name", "type", "doc", "unit", "default", "low", "high", "choices"};
  const Keys keys(json, "parameter", known);
  const std::string name = keys.name(), doc = keys.get<std::string>("doc", "");
  const std::string type = keys.get<std::string>("type", "number");
  const Keys named(json, fmt::format("parameter '{}'", name), known);
  Parameter parameter;
  parameter.name = name;
  parameter.doc = doc;
  parameter.unit = keys.get<std::string>("unit", "");
  const Json* fallback = keys.find("default");
  if (type == "boolean") {
    parameter.type = Type::boolean;
    if (fallback) parameter.fallback = named.get("default", false);
  } else if (type == "integer") {
    parameter.type = Type::integer;
    if (fallback) {
      if (!fallback->is_number_integer())
        refuse(fmt::format("{}: default: expected an integer", named.what()));
      parameter.fallback = named.get("default", std::int64_t{0});
    }
  } else if (type == "number") {
    parameter.type = Type::real;
    if (fallback) parameter.fallback = named.get("default", 0.0);
  } else if (type == "text") {
    parameter.type = Type::text;
    if (fallback) parameter.fallback = named.get<std::string>("default", "");
    parameter.choices = named.get<std::vector<std::string>>("choices", {});
  } else {
    const std::vector<std::string> types = {"boolean", "integer", "number", "text"};
    refuse(fmt::format("{}: type: expected one of {}, got '{}'{}", named.what(), fmt::join(types, ", "), type,
                       did_you_mean(type, types)));
  }
  parameter.low = named.get("low", parameter.low);
  parameter.high = named.get("high", parameter.high);
  return parameter;
}

Metric metric_of(const Json& json, bool series) {
  const Keys keys(json, series ? "series" : "scalar",
                  {"name", "unit", "doc", "index", "exact", "low", "high"});
  Metric metric;
  metric.name = keys.name();
  metric.unit = keys.get<std::string>("unit", "");
  metric.doc = keys.get<std::string>("doc", "");
  metric.index = keys.get<std::string>("index", series ? "index" : "");
  metric.bits = keys.get("exact", false) ? Bits::exact : Bits::rounded;
  if (keys.find("low") && keys.find("high"))
    metric.range = Range{keys.get("low", 0.0), keys.get("high", 0.0)};
  return metric;
}

template <class T, class Make> std::vector<T> list_of(const Keys& keys, const char* key, Make make) {
  std::vector<T> all;
  const Json* list = keys.find(key);
  if (!list) return all;
  if (!list->is_array()) refuse(fmt::format("{}: expected a list", key));
  for (const Json& each : *list) all.push_back(make(each));
  return all;
}

// The words of the command that are files of the user. A first word without a folder is searched among the system's
// programs, and one with all its folders is taken for one of these.
std::vector<std::string> files_of(const std::vector<std::string>& command) {
  std::vector<std::string> files;
  for (std::size_t i = 0; i < command.size(); ++i) {
    const bool installed =
        i == 0 && (command[i].starts_with('/') || command[i].find('/') == std::string::npos);
    std::error_code unknown;
    if (!installed && std::filesystem::is_regular_file(command[i], unknown)) files.push_back(command[i]);
  }
  return files;
}

Json parse_declaration(const std::string& line) {
  Json json = Json::parse(line, nullptr, false);
  if (json.is_discarded())
    throw InputError(fmt::format("its first line is no declaration: {}", line.substr(0, 200)));
  if (!json.is_object() || !json.contains("protocol") || !json.contains("hello") ||
      !json["hello"].is_object())
    refuse("its first line was expected to be {\"protocol\": 1, \"hello\": {...}}");
  if (json["protocol"] != external_protocol) {
    refuse(fmt::format("it speaks protocol {}, and this qklab speaks {}", json["protocol"].dump(),
                       external_protocol));
  }
  return json;
}

std::vector<double> numbers_of(const nlohmann::json& json) {
  if (!json.is_array())
    throw Error(fmt::format("expected a list of numbers, got {}", json.dump().substr(0, 80)));
  std::vector<double> numbers;
  for (const auto& each : json) numbers.push_back(number_of(each));
  return numbers;
}

void take_series(const std::string& name, const nlohmann::json& json, Result& result) {
  if (json.is_array()) return result.series(name, numbers_of(json));
  if (!json.is_object() || !json.contains("index") || !json.contains("value"))
    throw Error(fmt::format("series '{}': expected a list of numbers, or a map with index and value", name));
  result.series(name, numbers_of(json["index"]), numbers_of(json["value"]));
}

}  // namespace

double number_of(const nlohmann::json& json) {
  if (json.is_number()) return json.get<double>();
  if (json.is_boolean()) return json.get<bool>() ? 1 : 0;
  if (json.is_null()) return std::numeric_limits<double>::quiet_NaN();
  if (json.is_string())
    if (const auto number = parse_real(json.get<std::string>())) return *number;
  throw Error(fmt::format("expected a number, got {}", json.dump().substr(0, 80)));
}

std::string complete_declaration(const std::string& first_line, const std::vector<std::string>& command) {
  Json json = parse_declaration(first_line);
  Json files = files_of(command);
  const Json named = json["hello"].value("files", Json::array());
  if (!named.is_array()) refuse("files: expected a list");
  for (const Json& file : named)
    if (std::ranges::find(files, file) == files.end()) files.push_back(file);
  json["hello"]["files"] = files;
  return json.dump();
}

Experiment declared_experiment(const std::string& declaration) {
  const Json json = parse_declaration(declaration);
  const Keys keys(json["hello"], "hello",
                  {"name", "version", "doc", "parameters", "scalars", "series", "files", "claims"});
  Experiment experiment;
  experiment.name = keys.name();
  experiment.version = keys.get("version", 1);
  experiment.doc = keys.get<std::string>("doc", "");
  experiment.claims = keys.get<std::string>("claims", "");
  for (Parameter& parameter : list_of<Parameter>(keys, "parameters", parameter_of)) {
    if (parameter.name == "seed" || parameter.name.starts_with(source))
      refuse(fmt::format("parameter '{}': qklab adds one of that name itself", parameter.name));
    experiment.parameters.add(std::move(parameter));
  }
  std::size_t count = 0;
  for (const std::string& path : keys.get<std::vector<std::string>>("files", {})) {
    experiment.parameters.add(
        text(fmt::format("{}{}", source, ++count), path, "a file that the program reads")
            .file()
            .added_later());
  }
  experiment.scalars =
      list_of<Metric>(keys, "scalars", [](const Json& each) { return metric_of(each, false); });
  experiment.series = list_of<Metric>(keys, "series", [](const Json& each) { return metric_of(each, true); });
  if (experiment.scalars.empty() && experiment.series.empty()) refuse("it names neither scalars nor series");
  return experiment;
}

std::string trial_message(const Experiment& experiment, const Trial& trial) {
  Json parameters = Json::object();
  for (std::size_t i = 0; i < experiment.parameters.size(); ++i) {
    const std::string& name = experiment.parameters[i].name;
    if (!name.starts_with(source)) parameters[name] = json_with_type(trial.params[i]);
  }
  return Json{{"trial", trial_name(trial.id)}, {"parameters", parameters}}.dump();
}

void take_result(const nlohmann::json& message, Result& result) {
  if (message.contains("failed"))
    throw Error(message["failed"].is_string() ? message["failed"].get<std::string>()
                                              : message["failed"].dump());
  const auto found = message.find("result");
  if (found != message.end()) {
    if (!found->is_object()) throw Error("a result that is no map");
    for (const auto& [kind, values] : found->items()) {
      if (kind != "scalars" && kind != "series")
        throw Error(fmt::format("a result holds scalars and series, not '{}'", kind));
      for (const auto& [name, value] : values.items()) {
        if (kind == "scalars")
          result.scalar(name, number_of(value));
        else
          take_series(name, value, result);
      }
    }
  }
  if (message.contains("diverged"))
    return result.diverged(message["diverged"].is_string() ? message["diverged"].get<std::string>()
                                                           : "diverged");
  if (found == message.end())
    throw Error(fmt::format("an unknown message: {}", message.dump().substr(0, 200)));
}

}  // namespace qklab
