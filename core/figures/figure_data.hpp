// The numbers of a figure: means and intervals over seeds, before anything is drawn.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/figures/figure.hpp"

namespace qklab {

struct Point {
  Value x;          // a parameter's value, or a double along a series' index
  double mean = 0;  // over seeds; NaN where any of them is
  double low = 0;   // 95 % t interval over seeds; NaN with fewer than two
  double high = 0;
  double theory = 0;  // mean over seeds; NaN where the figure has none
  std::size_t seeds = 0;
  double index = 0;              // trajectory: of both series
  std::vector<double> contours;  // heatmap: means over seeds, in the figure's order
  bool outlined = false;         // heatmap: the outline's condition holds
};

struct Curve {
  Key key;                    // the curve parameter's value; empty where the figure has none
  std::vector<Point> points;  // ascending in x; of a trajectory in the index
};

struct Panel {
  Key key;                 // the facet parameter's value; empty where the figure has none
  std::size_t metric = 0;  // heatmap: which of the figure's metrics
  std::vector<Curve> curves;
};

struct FigureData {
  std::vector<Panel> panels;
  std::size_t failed = 0;  // trials left out
  std::size_t diverged = 0;
  std::size_t pruned = 0;
  std::shared_ptr<const FigureData> over;  // of the heatmap beneath, where there is one
};

// Throws Error where no trial is done, or trials of one point differ in more than the seed.
FigureData figure_data(const Figure& figure, const Results& results);

// What is said of a parameter that a figure neither shows nor fixes.
std::string open_parameter(const Figure& figure, const std::string& name, const std::string& values);

// One row a point: facet, curve, x, metric (the mean), low, high, seeds, theory. Heatmaps of several metrics
// name the metric first; contours' means and whether the cell is outlined follow. Trajectories have the index
// before x. NaN is written as nan.
std::string figure_csv(const Figure& figure, const Experiment& experiment, const FigureData& data);

}  // namespace qklab
