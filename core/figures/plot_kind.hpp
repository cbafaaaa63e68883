// The kinds of plot that a figure can name. Each is registered by its own file in core/figures/plots, or by a
// plugin: docs/extending.md.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/base/registry.hpp"
#include "core/chart/page.hpp"
#include "core/figures/figure_csv.hpp"
#include "core/figures/figure_data.hpp"
#include "core/figures/figure_json.hpp"
#include "core/figures/figure_reader.hpp"

namespace qklab {

struct PlotKind {
  static constexpr const char *kind = "plot kind", *noun = "plots";

  std::string name;
  std::string doc;  // one line

  // Reads the keys that a figure has for this kind's sake, x and y among them.
  std::function<void(FigureReader&)> read;
  // Once all figures of a config are read: looks up those that this one names. Optional.
  std::function<void(Figure&, const std::vector<Figure>&, Diagnostics&)> link = {};

  // The curves' parameter stands on the y axis, and the value is a colour.
  bool rows = false;
  // A point is a mean over seeds, so that trials of one point must not differ in anything else.
  bool averages = true;
  // What the numbers of the figure are; "" where each panel's title says it. Unless given, the label of the y
  // axis, or of the colour where that stands for the value.
  std::function<std::string(const Figure&)> value_label = {};

  // Fills the panels, and what else it is drawn from, by done trials, of which there are some.
  std::function<void(const Figure&, const Results&, const Trials&, FigureData&)> fill;
  std::function<std::vector<CsvColumn>(const Figure&, const Experiment&)> columns = curve_columns;
  std::function<Page(const Figure&, const Experiment&, const FigureData&)> page;
  // How it looks in a browser: members that join those of every figure, see figure_json.hpp.
  std::function<nlohmann::ordered_json(const Figure&, const Experiment&, const FigureData&)> json;
};

// Which of a figure's log axes the curves' parameter and the value stand on.
bool curves_are_log(const Figure& figure);
bool value_is_log(const Figure& figure);

}  // namespace qklab
