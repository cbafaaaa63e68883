// One layer of settings: what a config's base, a preset or the command line says about parameters. Layers
// are laid over one another, parameter by parameter, and the result becomes a sweep.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/sweep/axes.hpp"
#include "core/yaml/yaml.hpp"

namespace qklab {

// Axes as written: one parameter's values, several that move together (one row of values), or a union of
// grids (a row each), whose rows all set the same parameters. A single value is an axis of size 1.
struct AxisTree {
  enum class Kind { values, zip, grid };

  Kind kind = Kind::values;
  std::size_t parameter = 0;  // of values
  AxisPointer axis = nullptr;
  std::vector<std::vector<AxisTree>> rows = {};  // of zip and grid
  StrategyPointer until = nullptr;               // of the seeds' values
  Place place = {};                              // of values
};

struct Layer {
  std::vector<AxisTree> axes;
  std::optional<std::pair<Where, Place>> where;
  std::map<std::string, StrategyPointer> strategies;  // by kind; null where it is switched off

  // Takes over what `over` sets: each of its parameters is removed from wherever it was set here.
  void apply(const Layer& over);
  bool sets(std::size_t parameter) const;
  std::optional<Place> place_of(std::size_t parameter) const;  // where it is set
};

// Reads `params`, `sweep`, `seeds`, `where` and strategies of a config or preset. What is wrong is reported,
// and left out of the result.
Layer read_layer(MapReader& map, const Schema& schema);

// `seeds: 4` is seeds 0 to 3, `seeds: 3,5` those two. Null where what is wrong has been reported.
struct AxisForm;
AxisPointer make_seeds(const AxisForm& form, bool is_list, const Schema& schema, Diagnostics& diagnostics);

Sweep build_sweep(const Experiment& experiment, const Layer& layer, const Place& place);

}  // namespace qklab
