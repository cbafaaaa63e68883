// The numbers of a figure as a table, a row a point.
#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <vector>

#include "core/figures/figure_data.hpp"

namespace qklab {

struct CsvColumn {
  std::string name;
  std::function<std::string(const Panel&, const Curve&, const Point&)> text;
  bool of_baseline = false;  // left out where no point has one
};
using CsvColumns = std::vector<CsvColumn>;

// Facet, curve, x, metric (the mean), low, high, seeds, theory, baseline. NaN is written as nan.
CsvColumns curve_columns(const Figure& figure, const Experiment& experiment);

// Parts of it, for kinds of plot that have more: what tells panels and curves apart; x; the value under a
// name of their own with interval and seeds; one of a point's own numbers.
CsvColumns key_columns(const Figure& figure, const Experiment& experiment);
CsvColumn x_column(const std::string& name);
CsvColumns value_columns(const std::string& name);
CsvColumn own_column(const std::string& name, std::size_t place);
CsvColumns joined(std::initializer_list<CsvColumns> parts);

// With a line for the names of columns.
std::string figure_csv(const Figure& figure, const Experiment& experiment, const FigureData& data);

}  // namespace qklab
