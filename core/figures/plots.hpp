// One function per kind of plot: from a figure's numbers to a page.
#pragma once

#include "core/chart/contour.hpp"
#include "core/chart/page.hpp"
#include "core/figures/figure_data.hpp"

namespace qklab {

// Lines of means over seeds; theory lies dashed on a pale, thick line of what was measured.
Page line_page(const Figure& figure, const Experiment& experiment, const FigureData& data);
// Lines with the 95 % interval over seeds as a band; theory dashed.
Page band_page(const Figure& figure, const Experiment& experiment, const FigureData& data);
// One cell for each pair of x and y; grey where a value is missing or not finite, but in a refined sweep the
// nearest point's where there is no point. Contours dashed, the outlined region in a thick line.
Page heatmap_page(const Figure& figure, const Experiment& experiment, const FigureData& data);
// One series over another, from a ring at the first index to a dot at the last; over a heatmap in greys,
// where the figure has one.
Page trajectory_page(const Figure& figure, const Experiment& experiment, const FigureData& data);

// Parts of a heatmap, for each of the data's panels.
struct ContourLine {
  double level;
  std::vector<Line> lines;
};
ColorBar color_bar(const Figure& figure, const Experiment& experiment, const FigureData& data,
                   std::size_t metric);
std::vector<std::vector<ContourLine>> panel_contours(const Figure& figure, const Experiment& experiment,
                                                     const FigureData& data);
std::vector<std::vector<Line>> panel_outlines(const Figure& figure, const Experiment& experiment,
                                              const FigureData& data);
// What is drawn in a heatmap's panel, on the page's axes and coloured as `bar` says: cells, contours,
// outline.
std::vector<PlotLayer> heatmap_layers(const Figure& figure, const Experiment& experiment,
                                      const FigureData& data, std::size_t panel, const ColorBar& bar,
                                      const Page& page);
std::vector<LegendEntry> heatmap_legend(const Figure& figure, const FigureData& data);
// What each cell of a heatmap's panel shows, row by row; null where it shows nothing.
std::vector<const Point*> heatmap_points(const Figure& figure, const Experiment& experiment,
                                         const FigureData& data, std::size_t panel);
// The edges of a heatmap's cells, along x and along y.
std::pair<std::vector<double>, std::vector<double>> heatmap_edges(const Figure& figure,
                                                                  const Experiment& experiment,
                                                                  const FigureData& data);

// The distinct values of one parameter, or of a series' index, and where they stand on an axis: numbers at
// themselves, others at their rank.
struct Coordinate {
  std::vector<Value> values;  // ascending
  bool numeric = true;
  bool log = false;

  double position(const Value& value) const;
  std::vector<double> positions() const;
  Scale scale(double padding, int max_ticks) const;
};

// Throw Error where a value can't stand on the log axis that the figure asks for.
Coordinate x_coordinate(const Figure& figure, const Experiment& experiment, const FigureData& data);
Coordinate curve_coordinate(const Figure& figure, const Experiment& experiment, const FigureData& data,
                            bool log);

// What a curve's colour says: a place along the ordered colours (0 to 1), or one of the categories.
struct Shade {
  std::optional<double> along;
  std::size_t category = 0;
};

// What line and band share: frame, scales, legend or colour bar, and a colour for each curve. Panels are
// there, without layers.
struct CurvePage {
  Page page;
  Coordinate x, curves;

  Shade shade(const Curve& curve) const;
  Color color(const Curve& curve) const;
  // A point's place in a panel, with any of its numbers; "nan" for what can't be shown.
  std::string x_share(const Point& p) const { return share(page.x, x.position(p.x)); }
  std::string y_share(double value) const { return share(page.y, value); }
};

// Points of a curve that no line shows, since neither neighbour has a number; they are drawn as dots.
std::vector<const Point*> lonely_points(const CurvePage& frame, const Curve& curve, double Point::*value);
// A line through a curve's points with one of their numbers, in `color` ("#0072b2") and `style` ("lw 0.9"),
// and dots where it shows nothing; of theory, rings.
void add_curve(std::vector<PlotLayer>& layers, const CurvePage& frame, const Curve& curve,
               double Point::*value, const std::string& color, const std::string& style);
CurvePage curve_page(const Figure& figure, const Experiment& experiment, const FigureData& data,
                     bool with_intervals);

}  // namespace qklab
