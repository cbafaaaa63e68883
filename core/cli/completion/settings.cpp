#include "core/cli/completion/settings.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>

#include "core/config/config.hpp"
#include "core/config/nested_overrides.hpp"
#include "core/strategies/strategy.hpp"

namespace qklab {

namespace {

// Null where it cannot be read: nothing is said in the middle of a line that is being typed.
YAML::Node root_of(const std::string& config) {
  try {
    return YAML::Load(read_source(config).text);  // loads the plugins that the config names
  } catch (const std::exception&) {
    return {};
  }
}

const Experiment* experiment_of(const YAML::Node& root) {
  if (!root.IsMap() || !root["experiment"] || !root["experiment"].IsScalar()) return nullptr;
  return find_experiment(root["experiment"].Scalar());
}

std::vector<std::string> few_values(const Parameter& parameter) {
  if (parameter.type == Type::boolean) return {"true", "false"};
  return parameter.choices;
}

void add_strategies(const YAML::Node& root, std::vector<std::string>& keys) {
  for (const StrategyKind* kind : StrategyKinds::all().entries())
    if (kind->section != StrategyKind::Section::seeds) keys.push_back(kind->name + "=");
  for (const auto& [kind, node] : strategy_nodes(root, "fast")) {
    const bool of_seeds = StrategyKinds::all().find(kind)->section == StrategyKind::Section::seeds;
    for (const auto& entry : node)
      if (entry.first.IsScalar())
        keys.push_back((of_seeds ? "seeds." : "") + kind + "." + entry.first.Scalar() + "=");
  }
}

}  // namespace

std::vector<std::string> settings_for(const std::string& config, std::string_view word) {
  const YAML::Node root = root_of(config);
  const Experiment* const experiment = experiment_of(root);
  if (!experiment) return {};
  std::vector<std::string> words;
  if (const auto equals = word.find('='); equals != std::string_view::npos) {
    const std::string_view key = word.substr(0, equals);
    if (const auto parameter = experiment->parameters.find(key)) {
      // Several values are joined by commas.
      const auto comma = word.rfind(',');
      const std::string begin(word.substr(0, (comma == std::string_view::npos ? equals : comma) + 1));
      for (const std::string& value : few_values(experiment->parameters[*parameter]))
        words.push_back(begin + value);
    } else if (const StrategyKind* const kind = StrategyKinds::all().find(key); kind && kind->can_be_none()) {
      words.push_back(std::string(key) + "=none");
    }
  } else {
    for (const Parameter& parameter : experiment->parameters)
      if (parameter.name != "seed") words.push_back(parameter.name + "=");
    for (const char* key : {"seeds=", "where=", "name=", "confirm.seeds=", "zip=", "grid=", "points="})
      words.emplace_back(key);
    add_strategies(root, words);
  }
  std::erase_if(words, [&](const std::string& each) { return !each.starts_with(word); });
  return words;
}

std::vector<std::string> presets_for(const std::string& config) {
  std::vector<std::string> names = {"smoke", "fast", "paper"};
  const YAML::Node root = root_of(config);
  if (!root.IsMap() || !root["presets"] || !root["presets"].IsMap()) return names;
  for (const auto& entry : root["presets"])
    if (entry.first.IsScalar() && std::ranges::find(names, entry.first.Scalar()) == names.end())
      names.push_back(entry.first.Scalar());
  return names;
}

}  // namespace qklab
