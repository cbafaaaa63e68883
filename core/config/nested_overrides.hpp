// Overrides of one setting of a strategy that the config has: refine.budget=50, seeds.until.max=8, search.sampler=random.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/strategies/strategy.hpp"
#include "core/yaml/yaml.hpp"

namespace qklab {

// How a config and its chosen preset write their strategies, by kind; without those that are switched off.
using StrategyNodes = std::map<std::string, YAML::Node, std::less<>>;
StrategyNodes strategy_nodes(const YAML::Node& config, const std::string& preset);

// Settings of strategies, laid over what the config says.
class NestedOverrides {
 public:
  explicit NestedOverrides(StrategyNodes nodes) : nodes_(std::move(nodes)) {}

  // Takes "refine.budget" with its value. False if the key does not begin with a strategy's name and a dot. Reports a
  // strategy that the config does not have, and a value that is no YAML.
  bool take(std::string_view key, std::string_view value, const Place& place, Diagnostics& diagnostics);

  // What a config that says all of it would say, for each strategy: "seeds: {until: {metric: loss, max: 8}}".
  struct Changed {
    std::string kind, text;
    Place place;  // the arguments
  };
  std::vector<Changed> changed() const;

 private:
  struct Change {
    YAML::Node node;
    std::vector<std::string> arguments;
  };
  StrategyNodes nodes_;
  std::map<std::string, Change> changes_;  // by kind
};

}  // namespace qklab
