// Settings from the command line: mean=0.5, mean=0,0.5,1, mean=linspace(0,1,5), mean=random(normal(0,1),8), seeds=4,
// name=other.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/config/layer.hpp"
#include "core/config/nested_overrides.hpp"

namespace qklab {

struct Overrides {
  Layer layer;
  std::optional<std::string> name;
};

// Each argument is KEY=VALUE. The key of a parameter may also be written params.KEY or sweep.KEY, with the
// same meaning. `zip`, `grid`, `points` and strategies (refine, prune) are given in YAML's flow style:
// 'zip=[{dim: [32, 64], length: [16, 32]}]', prune=none. Single settings of the strategies that the config has, which
// are `strategies`, are given as refine.budget=50 or seeds.until.max=8. Errors name the argument. Using a key twice is an
// error.
Overrides read_overrides(const std::vector<std::string>& arguments, const Schema& schema,
                         const StrategyNodes& strategies, Diagnostics& diagnostics);

}  // namespace qklab
