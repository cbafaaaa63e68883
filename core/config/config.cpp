#include "core/config/config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <functional>
#include <limits>

#include "core/config/config_plugins.hpp"
#include "core/config/layer.hpp"
#include "core/config/overrides.hpp"
#include "core/external/external.hpp"
#include "core/strategies/proposals.hpp"
#include "core/sweep/data_files.hpp"
#include "core/system/file.hpp"
#include "core/system/path_name.hpp"
#include "core/text/text_check.hpp"
#include "core/yaml/yaml.hpp"

namespace qklab {

ConfigSource read_source(const std::string& path) {
  ConfigSource source;
  source.file = readable(path);
  source.text = read_file(path);
  load_plugins_of(source);
  return source;
}

namespace {

const std::vector<std::string> settings = {"name",    "experiment", "doc",    "params", "sweep",
                                           "where",   "seeds",      "prune",  "search", "confirm",
                                           "presets", "figures",    "claims", "checks", "plugin"};

// experiment: {command: [python3, model.py], limit: 600}
const Experiment* read_external(MapReader& map, std::string& declaration) {
  MapReader keys(map.node("experiment"), map.file(), map.diagnostics(), "experiment");
  Command command{keys.texts("command")};
  command.limit = keys.real("limit").value_or(0);
  keys.finish();
  if (command.words.empty())
    map.diagnostics().error(keys.place("command"), "experiment: expected command: [PROGRAM, ARGUMENT, ...]");
  if (!(command.limit >= 0) || (keys.has("limit") && command.limit == 0))
    map.diagnostics().error(keys.place("limit"),
                            "experiment: limit: expected how many seconds a trial may take");
  if (!map.diagnostics().empty()) return nullptr;
  try {
    return &external_experiment(command, declaration);
  } catch (const InputError& error) {
    map.diagnostics().error(keys.place("command"), error.what());
    return nullptr;
  }
}

const Experiment* read_experiment(MapReader& map, std::string& declaration) {
  if (map.node("experiment").IsMap()) return read_external(map, declaration);
  const std::string name = map.required_text("experiment");
  const Experiment* experiment = find_experiment(name);
  if (!experiment && map.node("experiment").IsScalar()) {
    const std::vector<std::string> names = experiment_names();
    map.diagnostics().error(map.place("experiment"),
                            fmt::format("no experiment '{}'{}; there are {}; --plugin FILE.so loads others{}",
                                        name, did_you_mean(name, names), fmt::join(names, ", "),
                                        map.has("plugin") ? ", such as that which this config names" : ""));
  }
  return experiment;
}

std::string read_name(MapReader& map) {
  std::string name = map.required_text("name");
  if (map.node("name").IsScalar() && !is_path_name(name))
    map.diagnostics().error(map.place("name"), path_name_rule);
  return name;
}

// The hint for an unknown key that belongs under `params`, or may be a misspelt parameter.
std::function<std::string(const std::string&)> misplaced_parameters(const Schema& schema) {
  std::vector<std::string> names = schema.names();
  std::erase(names, "seed");  // the key `seeds` is meant
  return [names](const std::string& key) {
    const auto is_meant = [&](const std::string& name) { return name == key || name.starts_with(key + "."); };
    if (std::any_of(names.begin(), names.end(), is_meant))
      return fmt::format(
          ": '{}' is a parameter, which stands under 'params', or under 'sweep' with several values", key);
    const std::string nearest = nearest_name(key, settings).empty() ? nearest_name(key, names) : "";
    return nearest.empty() ? "" : fmt::format(" (did you mean the parameter '{}', under 'params'?)", nearest);
  };
}

// Validates every preset and returns the chosen one.
Layer read_presets(MapReader& map, const std::string& chosen, const Schema& schema) {
  Layer layer;
  std::vector<std::string> names;
  const YAML::Node presets = map.node("presets");
  if (map.has("presets") && !presets.IsMap() && !presets.IsNull())
    map.diagnostics().error(map.place("presets"), "presets: expected a map from names to settings");
  if (presets.IsMap()) {
    for (const auto& entry : presets) {
      if (!entry.first.IsScalar()) continue;  // parse_yaml has reported it
      const std::string& name = entry.first.Scalar();
      names.push_back(name);
      if (!is_path_name(name)) map.diagnostics().error(place_of(entry.first, map.file()), path_name_rule);
      // A preset without settings equals the base.
      const YAML::Node settings = entry.second.IsNull() ? YAML::Node(YAML::NodeType::Map) : entry.second;
      MapReader preset(settings, map.file(), map.diagnostics(), fmt::format("preset '{}'", name));
      Layer read = read_layer(preset, schema);
      preset.finish(misplaced_parameters(schema));
      if (name == chosen) layer = std::move(read);
    }
  }
  // The base itself is called "fast" unless the config lists a preset of that name.
  if (std::find(names.begin(), names.end(), "fast") == names.end()) names.emplace_back("fast");
  if (std::find(names.begin(), names.end(), chosen) == names.end()) {
    map.diagnostics().error(map.place("presets"),
                            fmt::format("no preset '{}'{}; there are {}", chosen, did_you_mean(chosen, names),
                                        fmt::join(names, ", ")));
  }
  return layer;
}

void check_required(const Layer& layer, const Experiment& experiment, const Place& place,
                    Diagnostics& found) {
  for (std::size_t i = 0; i < experiment.parameters.size(); ++i) {
    const Parameter& parameter = experiment.parameters[i];
    if (parameter.fallback || parameter.derive || layer.sets(i)) continue;
    found.error(place, fmt::format("parameter '{}' of experiment '{}' has no default: set it ({})",
                                   parameter.name, experiment.name, parameter.doc));
  }
}

// The position where the first of these parameters is set that is set at all.
std::optional<Place> place_of_any(const Layer& layer, const std::vector<std::size_t>& parameters) {
  for (const std::size_t i : parameters)
    if (const auto place = layer.place_of(i)) return place;
  return std::nullopt;
}

// Checks data files before the run: otherwise each trial that cannot use its file would fail by itself.
void add_files(Config& config, const Layer& layer, const Place& elsewhere, Diagnostics& found) {
  if (!config.source.files) {
    config.source.files = identify_files(config.sweep, [&](const auto& parameters, const std::string& why) {
      found.error(place_of_any(layer, parameters).value_or(elsewhere),
                  fmt::format("'{}': {}", config.experiment->parameters[parameters[0]].name, why));
    });
  }
  config.sweep = config.sweep.with_files(*config.source.files);
}

// Notes how many seeds are reserved, and turns to them where the config is run for confirmation.
void prepare_confirmation(Config& config, const Layer& layer, Diagnostics& found) {
  config.confirm_seeds = layer.confirm ? layer.confirm->seeds : 0;
  if (!config.source.confirming) return;
  if (config.confirm_seeds == 0)
    return found.error(Place{config.source.file}, "confirm: is missing: which seeds are reserved?");
  config.sweep = confirming_sweep(config.sweep, *config.source.confirming, config.confirm_seeds);
  config.figures = YAML::Node();
}

Config parse(const ConfigSource& source, Diagnostics& found) {
  Config config;
  config.source = source;
  const YamlFile file(source.file, source.text);
  const YAML::Node root = parse_yaml(file, found);
  if (!root.IsMap() && !found.empty()) return config;
  MapReader map(root, file, found, "config");
  if (!root.IsMap()) return config;
  config.name = read_name(map);
  config.experiment = read_experiment(map, config.source.declaration);
  config.figures = map.node("figures");
  config.claims = map.node("claims");
  config.checks = map.node("checks");
  map.text("doc");
  map.texts("plugin");
  if (!config.experiment) {
    for (const char* const key : {"params", "sweep", "where", "seeds", "confirm", "presets"}) map.has(key);
    for (const std::string& key : strategy_names(StrategyKind::Section::config)) map.has(key);
    map.finish();
    return config;
  }
  const Schema& schema = config.experiment->parameters;
  Layer layer = read_layer(map, schema);
  layer.apply(read_presets(map, source.preset, schema));
  const Overrides overrides =
      read_overrides(source.overrides, schema, strategy_nodes(root, source.preset), found);
  layer.apply(overrides.layer);
  if (overrides.name) config.name = *overrides.name;
  map.finish(misplaced_parameters(schema));
  if (found.empty()) check_required(layer, *config.experiment, map.place("experiment"), found);
  if (found.empty()) config.sweep = build_sweep(*config.experiment, layer, map.place("sweep"));
  if (found.empty() && layer.points) check_points(*layer.points, config.sweep, found);
  if (found.empty()) check_strategies(config.sweep, found);
  if (found.empty()) check_confirm(config.sweep, layer, found);
  if (found.empty()) prepare_confirmation(config, layer, found);
  if (found.empty()) add_files(config, layer, map.place("experiment"), found);
  if (found.empty()) config.sweep = with_proposals(config.sweep, source.proposals);
  return config;
}

}  // namespace

Config parse_config(const ConfigSource& source, Diagnostics& diagnostics) {
  Diagnostics found;
  Config config = parse(source, found);
  // In the order of the file. What is about arguments and other files comes last.
  const auto position = [&](const Diagnostic& each) {
    return each.place.line == 0 || each.place.file != source.file
               ? std::pair{std::numeric_limits<int>::max(), 0}
               : std::pair{each.place.line, each.place.column};
  };
  std::vector<Diagnostic> all = found.all();
  std::ranges::stable_sort(all, {}, position);
  for (const Diagnostic& each : all) diagnostics.error(each.place, each.message);
  return config;
}

}  // namespace qklab
