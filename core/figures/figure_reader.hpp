// What kinds of plot read their keys of a figure with.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/figures/figure.hpp"

namespace qklab {

// `figure` has its name, kind, title, `where` and facet. Errors go to the map's diagnostics.
struct FigureReader {
  MapReader& map;
  const Experiment& experiment;
  Figure& figure;

  void error(std::string_view key, const std::string& message);  // at the key
  // `key` names a parameter that tells curves apart by their colour; none where it is not given.
  void color_by_parameter(std::string_view key = "color");
  // y, a metric along x, a parameter or the metric's index, with theory and baseline beside it.
  void curves();
  // A metric that is one number a trial; `what` of the figure is to show it.
  std::optional<Quantity> number(std::string_view key, std::string_view what, const std::string& name,
                                 const std::string& at);
};

}  // namespace qklab
