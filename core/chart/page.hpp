// A figure laid out for a column 8 cm wide: title, legend, a grid of panels with shared axes, and a colour
// bar, as a gnuplot script. All text is set at 6 to 8 points of that width.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/chart/color.hpp"
#include "core/chart/scale.hpp"

namespace qklab {

// One thing drawn in a panel. `rows` are the lines of a gnuplot data block, places as shares of the axes (see
// `share`); `style` is what follows it in a plot command ("using 1:2 with lines lc rgb '#0072b2' lw 1").
struct PlotLayer {
  std::string rows;
  std::string style;
};

// Where x stands on the axis, from 0 to 1, as rows have it; "nan", where a line ends, for what can't stand
// there. So gnuplot, whose axes know no number near the ends of double and none that differ by little, sees
// neither.
std::string share(const Scale& axis, double x);

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

enum class Mark { line, thick, dashed, band, none };

struct LegendEntry {
  std::string text;
  Color color;
  Mark mark = Mark::line;
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

enum class Terminal { svg, pdf, png };

// A script that writes the page to `output`, a name without a folder, where gnuplot is run.
std::string page_script(const Page& page, Terminal terminal, const std::string& output);

}  // namespace qklab
