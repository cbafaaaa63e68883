// The numbers of a figure: means and intervals over seeds, before anything is drawn.
#pragma once

#include <any>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "core/figures/figure.hpp"

namespace qklab {

struct Point {
  Value x;          // a parameter's value, or a double
  double mean = 0;  // over seeds; NaN where any of them is
  double low = 0;   // 95 % t interval over seeds; NaN with fewer than two
  double high = 0;
  double theory = 0;  // mean over seeds; NaN where the figure has none
  std::size_t seeds = 0;
  std::vector<double> own = {};                                // numbers that the kind of plot has of its own
  double baseline = std::numeric_limits<double>::quiet_NaN();  // likewise the mean over seeds
  Trials trials = {};  // whose numbers these are; they last as long as the results
};

struct Curve {
  Key key;                    // the curve parameter's value; empty where the figure has none
  std::vector<Point> points;  // in the order in which they are joined
};

struct Panel {
  Key key;             // the facet parameter's value; empty where the figure has none
  std::string title;   // "mean = 0.5", or what a panel shows where they differ in that; "" where neither
  std::string metric;  // where panels show different ones
  std::vector<Curve> curves;
  std::string row = "";  // "norm = pre" of the row of a grid, of which `title` names the column
};

// Trials that failed, diverged, were pruned or have not run, of one place of a figure, which leaves them out.
struct Lost {
  Key facet, curve;  // of the panel and the curve that they would be in; empty where there are none
  // Along an index: where a trial ended that had numbers before. None: no place on the axis.
  std::optional<Value> x;
  Trials trials = {};
  std::size_t not_run = 0;

  std::size_t count() const { return trials.size() + not_run; }
};

struct FigureData {
  std::vector<Panel> panels;
  std::size_t failed = 0;  // trials left out
  std::size_t diverged = 0;
  std::size_t pruned = 0;
  std::size_t not_run = 0;
  std::any own;            // what the kind of plot has of its own, beside the panels
  std::vector<Lost> lost;  // in the order of facets, curves and x
  // The first trial of the results. Where it is given, a figure's JSON names the trials behind each point.
  const TrialRecord* first = nullptr;
};

// Whether any point has a baseline. Where none has, nothing of a figure shows that it asks for one.
bool has_baseline(const FigureData& data);

// Values that a panel can't show as a height: they are infinite, or at most 0 on a log axis.
struct Unshown {
  std::size_t infinite = 0, below_log = 0;
};
Unshown unshown(const FigureData& data, bool log);
// "2 infinite values; 1 value of at most 0, not on a log axis"; "" where all are shown.
std::string unshown_text(const Unshown& values);

// Throws Error where no trial is done, or trials of one point differ in more than the seed.
FigureData figure_data(const Figure& figure, const Results& results);

// --- What kinds of plot fill it with.

using PointsOf = std::function<std::vector<Point>(const Trials&)>;
// A panel for each value of the facet parameter and a curve for each of the curves'.
std::vector<Panel> faceted(const Figure& figure, const Trials& trials, const Experiment& experiment,
                           const PointsOf& points);

// Of one curve: means of `value` along the x parameter. `complete`, where given, is called with each point
// and its trials.
std::vector<Point> points_along_parameter(const Figure& figure, const Quantity& value, const Trials& trials,
                                          const Experiment& experiment,
                                          const std::function<void(Point&, const Trials&)>& complete = {});
// Of one curve: means along the index of the figure's series, of which seeds need not have all values, up to the last
// value that at least half of the seeds have; all values where there is none.
std::vector<Point> points_along_index(const Figure& figure, const Trials& trials);

// Panels of two parameters are a grid, which has a place for each pair of their values.
void complete_grid(std::vector<Panel>& panels, const Figure& figure, const Experiment& experiment);
// How many panels stand in a row: those of a grid, or as the figure says; 0: chosen by their number.
std::size_t columns_of(const Figure& figure, const FigureData& data);

// "mean = 0.5" of each panel that has a value of the facet parameter; in a grid also of its row.
void set_titles(std::vector<Panel>& panels, const Figure& figure, const Experiment& experiment);

Point mean_point(Value x, const std::vector<double>& measured, const std::vector<double>& theory);
double mean_over(const Quantity& quantity, const Trials& trials);

// Averaging over anything but seeds would hide what it averages over: throws Error with its name.
void check_equal_but_seed(const Figure& figure, const Trials& trials, const Schema& schema);
// What is said of a parameter that a figure neither shows nor fixes.
std::string open_parameter(const Figure& figure, const std::string& name, const std::string& values);

}  // namespace qklab
