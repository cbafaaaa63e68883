#include "core/directory/manifest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "core/directory/version.hpp"
#include "core/results/baselines.hpp"
#include "core/strategies/search.hpp"
#include "core/system/file.hpp"
#include "core/text/json_numbers.hpp"
#include "core/trial/plugin.hpp"

namespace qklab {

using Json = nlohmann::ordered_json;

std::string manifest_path(const std::string& directory) { return directory + "/manifest.json"; }

namespace {

Json source_json(const ConfigSource& source) {
  Json json = {{"file", source.file},
               {"preset", source.preset},
               {"overrides", source.overrides},
               {"text", source.text}};
  if (source.files && !source.files->empty()) json["files"] = Json::parse(files_json(*source.files));
  if (!source.declaration.empty()) json["declaration"] = source.declaration;
  if (!source.proposals.empty()) json["proposals"] = source.proposals;
  if (source.confirming) json["confirming"] = Json::parse(confirming_json(*source.confirming));
  return json;
}

// Discarded or null if there is no such file.
Json read_json(const std::string& path) {
  return std::filesystem::exists(path) ? Json::parse(read_file(path), nullptr, false) : Json();
}

// Each parameter with its single value, or with the list of its values in order of appearance.
Json resolved_parameters(const Results& results) {
  Json parameters = Json::object();
  const Schema& schema = results.experiment->parameters;
  constexpr std::size_t most = 1000;  // limit of a list; a random axis may have millions
  for (std::size_t i = 0; i < schema.size(); ++i) {
    std::vector<Value> values;
    std::set<Value> seen;
    for (const TrialRecord& trial : results.trials) {
      const Value& value = trial.params[i];
      if (seen.insert(value).second) values.push_back(value);
      if (values.size() > most) break;
    }
    Json& entry = parameters[schema[i].name];
    if (values.size() == 1) {
      entry = json_with_type(values[0]);
    } else if (values.size() > most) {
      entry = fmt::format("over {} values", most);
    } else {
      for (const Value& value : values) entry.push_back(json_with_type(value));
    }
  }
  return parameters;
}

// The members of an object that are text; empty if `object` is not an object.
std::map<std::string, std::string> texts_of(const Json& object) {
  std::map<std::string, std::string> texts;
  if (!object.is_object()) return texts;
  for (const auto& [name, value] : object.items())
    if (value.is_string()) texts.emplace(name, value.get<std::string>());
  return texts;
}

// What of this program and machine determines results, or tells where they come from.
Json origin_of_this_build() {
  return {{"qklab", version()},
          {"commit", commit()},
          {"compiler", compiler()},
          {"blas", blas()},
          {"simd", simd()}};
}

// Texts "A; B" in their order, each once.
class Listed {
 public:
  void add(const std::string& text) {
    for (std::size_t from = 0; from < text.size();) {
      const std::size_t end = std::min(text.find(separator, from), text.size());
      const std::string part = text.substr(from, end - from);
      if (!part.empty() && std::ranges::count(parts_, part) == 0) parts_.push_back(part);
      from = end + separator.size();
    }
  }
  bool empty() const { return parts_.empty(); }
  std::string text() const { return fmt::format("{}", fmt::join(parts_, separator)); }

 private:
  static constexpr std::string_view separator = "; ";
  std::vector<std::string> parts_;
};

// Whose results a directory has.
Json origin(const Json& earlier, const std::vector<std::string>& origins) {
  Json all = origin_of_this_build();
  for (auto& [key, mine] : all.items()) {
    Listed listed;
    listed.add(texts_of(earlier)[key]);
    for (const std::string& each : origins) listed.add(texts_of(Json::parse(each))[key]);
    if (!listed.empty()) mine = listed.text();
  }
  return all;
}

// The commit that wrote a directory's outputs; "" if it did not finish.
std::string writer_of(const Json& manifest) {
  auto texts = texts_of(manifest);
  return texts.contains("written_by") ? texts["written_by"]
                                      : texts["commit"];  // earlier versions have no more
}

}  // namespace

void write_manifest(const std::string& directory, const Config& config, const Results& results,
                    const std::optional<Effort>& effort, const FileIdentities& plugins,
                    const std::vector<std::string>& origins, const FigureRecord& figures,
                    const History& history) {
  const Json earlier = read_json(manifest_path(directory));
  Json manifest = {
      {"name", config.name},
      {"experiment", config.experiment->name},
      {"experiment_version", config.experiment->version},
      {"trials", results.trials.size()},
      {"parameters", resolved_parameters(results)},
      {"config", source_json(config.source)},
  };
  manifest.update(origin(earlier, origins));
  manifest["written_by"] = commit();
  manifest["figures"] = figures.sources;
  manifest["pictures"] = figures.pictures;
  if (effort) {
    manifest["threads"] = effort->threads;
    manifest["seconds"] = effort->seconds;
  } else if (earlier.is_object()) {
    for (const char* key : {"threads", "seconds"}) manifest[key] = earlier.value(key, Json());
  }
  if (history != History()) manifest["history"] = Json::parse(history_json(history));
  if (!plugins.empty()) manifest["plugins"] = Json::parse(files_json(plugins));
  if (const std::string account = account_of(config.sweep, results); !account.empty())
    manifest[find_search(config.sweep) ? "search" : "replicates"] = account;
  if (const auto told = told_of_baselines(results); !told.empty())
    manifest["baselines"] = fmt::format("{}", fmt::join(told, "; "));
  if (selecting_strategy(config.sweep)) {
    manifest["pruned"] = std::count_if(results.trials.begin(), results.trials.end(),
                                       [](const TrialRecord& t) { return t.status == Status::pruned; });
  }
  write_file(manifest_path(directory), manifest.dump(2) + "\n");
}

std::string origin_json() { return origin_of_this_build().dump(); }

FigureRecord read_manifest_figures(const std::string& directory) {
  const Json manifest = read_json(manifest_path(directory));
  if (!manifest.is_object()) return {};
  FigureRecord record{texts_of(manifest.value("figures", Json())),
                      texts_of(manifest.value("pictures", Json()))};
  if (writer_of(manifest) != commit())
    for (auto& [name, source] : record.sources) source.clear();
  return record;
}

void begin_outputs(const std::string& directory) {
  Json manifest = read_json(manifest_path(directory));
  if (!manifest.is_object()) return;
  Json names = Json::object();
  for (const auto& [name, source] : read_manifest_figures(directory).sources) names[name] = "";
  manifest["figures"] = names;
  manifest.erase("pictures");
  manifest["written_by"] = "";
  write_file(manifest_path(directory), manifest.dump(2) + "\n");
}

namespace {

constexpr const char* series_left = "that figures and claims read";

}  // namespace

void write_reference_manifest(const std::string& from, const std::string& to, const Pictures& pictures,
                              const History& history) {
  try {
    Json manifest = Json::parse(read_file(manifest_path(from)));
    manifest["series"] = series_left;
    for (const char* key : {"figures", "written_by"})
      manifest.erase(key);  // useful only to the build that drew them
    manifest["pictures"] = pictures;
    if (history != History()) manifest["history"] = Json::parse(history_json(history));
    write_file(manifest_path(to), manifest.dump(2) + "\n");
  } catch (const Json::exception& error) {
    throw InputError(fmt::format("{}: {}", manifest_path(from), error.what()));
  }
}

History read_manifest_history(const std::string& directory) {
  const Json manifest = read_json(manifest_path(directory));
  if (!manifest.is_object() || !manifest.contains("history")) return {};
  return parse_history_json(manifest["history"].dump());
}

bool is_reference(const std::string& directory) {
  if (!std::filesystem::exists(manifest_path(directory))) return false;
  const Json manifest = Json::parse(read_file(manifest_path(directory)), nullptr, false);
  return manifest.is_object() && manifest.value("series", Json()) == series_left;
}

bool manifest_is_current(const std::string& directory, const Config& config) {
  if (commit().ends_with("-dirty") || !std::filesystem::exists(manifest_path(directory))) return false;
  const Json manifest = Json::parse(read_file(manifest_path(directory)), nullptr, false);
  if (manifest.is_discarded()) return false;
  const FileIdentities builds = parse_files_json(manifest.value("plugins", Json::array()).dump());
  for (const FileIdentity& plugin : plugins_of(*config.experiment)) {
    const FileIdentity* const then = latest_build(builds, plugin);
    if (!then || then->sha256 != plugin.sha256) return false;
  }
  return writer_of(manifest) == commit() && manifest.value("config", Json()) == source_json(config.source);
}

Machine this_machine() { return {compiler(), blas(), simd()}; }

std::optional<Machine> read_manifest_machine(const std::string& directory) {
  const std::string path = manifest_path(directory);
  if (!std::filesystem::exists(path)) return std::nullopt;
  try {
    const Json manifest = Json::parse(read_file(path));
    return Machine{manifest.at("compiler"), manifest.at("blas"), manifest.at("simd")};
  } catch (const Json::exception& error) {
    throw InputError(fmt::format("{}: {}", path, error.what()));
  }
}

Provenance read_manifest_provenance(const std::string& directory) {
  const std::string path = manifest_path(directory);
  if (!std::filesystem::exists(path)) return {};
  const Json manifest = Json::parse(read_file(path), nullptr, false);
  if (!manifest.is_object()) throw InputError(fmt::format("{}: no JSON object", path));
  Provenance provenance;
  for (const char* key :
       {"qklab", "commit", "compiler", "blas", "simd", "replicates", "search", "baselines"}) {
    const Json& value = manifest.value(key, Json());
    if (value.is_string()) provenance.emplace_back(key, value.get<std::string>());
  }
  const auto add_files = [&](const char* key, const Json& list) {
    std::vector<std::string> texts;
    for (FileIdentity file : parse_files_json(list.dump())) {
      file.path = std::filesystem::path(file.path).filename().string();  // folders differ between machines
      texts.push_back(file.str());
    }
    if (!texts.empty()) provenance.emplace_back(key, fmt::format("{}", fmt::join(texts, "; ")));
  };
  add_files("plugin", manifest.value("plugins", Json::array()));
  add_files("data files", manifest.value("config", Json::object()).value("files", Json::array()));
  return provenance;
}

std::optional<std::string> read_manifest_experiment(const std::string& directory) {
  const Json manifest = read_json(manifest_path(directory));
  if (!manifest.is_object() || !manifest.value("experiment", Json()).is_string()) return std::nullopt;
  return manifest["experiment"].get<std::string>();
}

ConfigSource read_manifest_source(const std::string& directory) {
  const std::string path = manifest_path(directory);
  try {
    const Json manifest = Json::parse(read_file(path));
    const Json& config = manifest.at("config");
    ConfigSource source = {config.at("file"), config.at("text"), config.at("preset"), config.at("overrides"),
                           parse_files_json(config.value("files", Json::array()).dump())};
    source.declaration = config.value("declaration", "");
    source.proposals = config.value("proposals", "");
    if (config.contains("confirming")) source.confirming = parse_confirming_json(config["confirming"].dump());
    return source;
  } catch (const Json::exception& error) {
    throw InputError(fmt::format("{}: {}", path, error.what()));
  }
}

}  // namespace qklab
