// Curves as layers of a panel.
#pragma once

#include <vector>

#include "core/figures/curve_page.hpp"

namespace qklab {

// Points of a curve that no line shows, since neither neighbour has a number; they are drawn as dots.
std::vector<const Point*> lonely_points(const CurvePage& frame, const Curve& curve, double Point::*value);
// A line through a curve's points with one of their numbers, and dots where it shows nothing; of theory,
// rings. Names on the x axis have no order that a line could follow: there each point is a dot with its interval,
// a ring (theory) or a short line (baseline).
struct LineStyle {
  Color color;
  double width;
  Stroke stroke = Stroke::solid;
};
void add_curve(std::vector<PlotLayer>& layers, const CurvePage& frame, const Curve& curve,
               double Point::*value, const LineStyle& style);

}  // namespace qklab
