// Pages of curves: what kinds of plot have in common of frame, axes and colours.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/chart/page.hpp"
#include "core/figures/coordinate.hpp"
#include "core/figures/figure_data.hpp"

namespace qklab {

// Between which the figure's values lie by definition; none where one of its metrics has no such range.
std::optional<Range> range_of(const Figure& figure, const Experiment& experiment);

// What a curve's colour says: a place along the ordered colours (0 to 1), or one of the categories.
struct Shade {
  std::optional<double> along;
  std::size_t category = 0;
};

// A page with frame, scales, legend or colour bar, and a colour for each curve. Panels are
// there, without layers.
struct CurvePage {
  Page page;
  Coordinate x, curves;

  // Of panels with axes of their own; empty where they share one.
  std::vector<Scale> own_x = {}, own_y = {};

  Shade shade(const Curve& curve) const;
  Color color(const Curve& curve) const;
  // Of more curves than there are colours for categories, the mark that tells a colour's second and third use apart.
  std::optional<Shape> shape(const Curve& curve) const;
  // From now on places are those in this panel.
  void enter(std::size_t panel);
  // A point's place in a panel, with any of its numbers; NaN for what can't be shown.
  double x_share(const Point& p) const { return page.x.fraction(x.position(p.x)); }
  double y_share(double value) const { return page.y.fraction(value); }
  Spot spot(const Point& p, double value) const { return {x_share(p), y_share(value)}; }
  // Between names there is room, so that the curves' dots stand beside one another: by this share of the axis.
  double aside(const Curve& curve) const;
};

// Crosses where trials were left out, triangles at the edge where a value is infinite, and texts in the legend that say
// how many.
void add_lost(CurvePage& frame, const FigureData& data);
// `with_intervals`: the y axis has room for them, though not at any price: an interval of two seeds may be many
// times as long as what is measured. It reaches beyond the means by half of their range at most.
CurvePage curve_page(const Figure& figure, const Experiment& experiment, const FigureData& data,
                     bool with_intervals);

}  // namespace qklab
