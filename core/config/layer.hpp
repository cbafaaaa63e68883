// One layer of settings: what a config's base, a preset or the command line says about parameters. Each layer
// replaces settings of those below it, parameter by parameter, and the result becomes a sweep.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/config/confirm.hpp"
#include "core/config/points.hpp"
#include "core/sweep/axes.hpp"
#include "core/yaml/yaml.hpp"

namespace qklab {

// Axes as they are written: values of one parameter, several axes that move together (zip: one row), or a
// union of grids (one row each), whose rows all set the same parameters. A single value is an axis of size 1.
struct AxisTree {
  enum class Kind { values, zip, grid };

  Kind kind = Kind::values;
  std::size_t parameter = 0;  // for values
  AxisPointer axis = nullptr;
  std::vector<std::vector<AxisTree>> rows = {};  // for zip and grid
  StrategyPointer until = nullptr;               // for the values of the seed
  Place place = {};                              // for values
};

struct Layer {
  std::vector<AxisTree> axes;
  std::optional<std::pair<Where, Place>> where;
  std::map<std::string, StrategyPointer> strategies;  // by kind; null if it is switched off
  std::optional<ConfirmSetting> confirm;
  std::optional<AddedPoints> points;

  // Lays `over` on top: each parameter that `over` sets is removed from wherever it was set here.
  void apply(const Layer& over);
  bool sets(std::size_t parameter) const;
  std::optional<Place> place_of(std::size_t parameter) const;  // where the parameter is set
};

// Reads `params`, `sweep`, `seeds`, `where`, `confirm` and strategies of a config or preset. Errors are reported, and
// the faulty parts are left out of the result.
Layer read_layer(MapReader& map, const Schema& schema);

struct AxisForm;

// `seeds: 4` means seeds 0 to 3, `seeds: 3,5` means these two. Null if an error was reported.
AxisPointer make_seeds(const AxisForm& form, bool is_list, const Schema& schema, Diagnostics& diagnostics);

Sweep build_sweep(const Experiment& experiment, const Layer& layer, const Place& place);

}  // namespace qklab
