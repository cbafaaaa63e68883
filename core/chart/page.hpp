// A figure laid out for a column 8 cm wide: title, legend, a grid of panels with shared axes, and a colour
// bar. All text is set at 6 to 8 points of that width. What draws it is a BackEnd.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/chart/color.hpp"
#include "core/chart/scale.hpp"

namespace qklab {

// What is drawn in a panel. All places are shares of the axes, as Scale::fraction gives them; NaN for what
// can't stand there. So a back end sees neither numbers near the ends of double nor ones that differ by
// little.

using Spot = std::pair<double, double>;

enum class Stroke { solid, dashed, dotted, dash_dotted };

struct LineLayer {
  std::vector<std::vector<Spot>> lines;  // each of which a NaN interrupts
  Color color;
  double width = 1;  // in half points
  Stroke stroke = Stroke::solid;
};

// Of a dot. A disc, a square and so on are filled; `up` and `down` are triangles.
enum class Shape { disc, ring, cross, square, up, diamond, down };

struct DotLayer {
  std::vector<Spot> spots;
  Color color;
  double size = 0.6;
  Shape shape = Shape::disc;
  double edge = 0;  // width of its line; 0: as the back end has it
};

struct Span {
  double x, low, high;
};
struct BandLayer {  // between low and high, along x
  std::vector<Span> spans;
  Color color;
  double opacity = 1;  // what is beneath shows through the rest
};
struct RodLayer {  // a line from low to high at each x
  std::vector<Span> spans;
  Color color;
  double width = 3;
};

struct Cell {
  double left, right, low, high;
  Color color;
};
struct CellLayer {
  std::vector<Cell> cells;
};

using PlotLayer = std::variant<LineLayer, DotLayer, BandLayer, RodLayer, CellLayer>;

struct ColorBar {
  Scale scale;
  std::string label;
  double span = 1;         // how much of viridis is used, from its dark end
  bool grey = false;       // light greys instead
  bool diverging = false;  // from blue over white to red

  Color color(double fraction) const {
    return grey ? light_grey(fraction) : diverging ? blue_to_red(fraction) : viridis(span * fraction);
  }
};

struct PagePanel {
  std::string title;
  std::vector<PlotLayer> layers;
  std::optional<ColorBar> bar = {};     // of its own, above it
  std::optional<Scale> x = {}, y = {};  // of its own, in place of the page's
  std::string row = "";                 // the title of its row, where panels are a grid
};

enum class Mark { line, thick, dashed, dotted, dash_dotted, band, dot, cross, up, none };

struct LegendEntry {
  std::string text;
  Color color;
  Mark mark = Mark::line;
  double opacity = 1;               // of a band
  std::optional<Shape> shape = {};  // that stands on the line as well
};

struct Page {
  std::string title;
  std::string legend_title;  // stands before the entries
  std::vector<LegendEntry> legend;
  std::optional<ColorBar> bar;
  Scale x, y;
  std::string xlabel, ylabel;
  std::vector<PagePanel> panels;
  std::size_t columns = 0;       // at most; 0: chosen by the number of panels
  bool filled = false;           // the panels are filled to their edges: no grid lines
  bool legend_in_panel = false;  // in the room that the last row of panels leaves, where it fits
};

}  // namespace qklab
