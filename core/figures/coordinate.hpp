// Where values of parameters and of indices stand on an axis.
#pragma once

#include <string>
#include <vector>

#include "core/chart/scale.hpp"
#include "core/figures/figure_data.hpp"

namespace qklab {

// The distinct values of one parameter, or of a series' index, and where they stand on an axis: numbers at
// themselves, others at their rank.
struct Coordinate {
  std::vector<Value> values;  // ascending
  bool numeric = true;
  bool log = false;

  double position(const Value& value) const;
  std::vector<double> positions() const;
  Scale scale(double padding, int max_ticks) const;
  Scale scale_at_values(int max_ticks) const;  // its ticks stand at values alone
};
std::vector<std::string> names_of(const Coordinate& coordinate);

// Throw Error where a value can't stand on the log axis that the figure asks for.
Coordinate x_coordinate(const Figure& figure, const Experiment& experiment, const FigureData& data);
Coordinate curve_coordinate(const Figure& figure, const Experiment& experiment, const FigureData& data,
                            bool log);

}  // namespace qklab
