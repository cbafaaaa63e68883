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

struct DotLayer {
  std::vector<Spot> spots;
  Color color;
  double size = 0.6;
  bool ring = false;
  double edge = 0;  // width of its line; 0: as the back end has it
  bool cross = false;
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
  double span = 1;    // how much of viridis is used, from its dark end
  bool grey = false;  // light greys instead

  Color color(double fraction) const { return grey ? light_grey(fraction) : viridis(span * fraction); }
};

struct PagePanel {
  std::string title;
  std::vector<PlotLayer> layers;
  std::optional<ColorBar> bar = {};  // of its own, above it
};

enum class Mark { line, thick, dashed, dotted, dash_dotted, band, dot, cross, none };

struct LegendEntry {
  std::string text;
  Color color;
  Mark mark = Mark::line;
  double opacity = 1;  // of a band
};

struct Page {
  std::string title;
  std::string legend_title;  // stands before the entries
  std::vector<LegendEntry> legend;
  std::optional<ColorBar> bar;
  Scale x, y;
  std::string xlabel, ylabel;
  std::vector<PagePanel> panels;
  std::size_t columns = 0;  // at most; 0: chosen by the number of panels
  bool filled = false;      // the panels are filled to their edges: no grid lines
};

}  // namespace qklab
