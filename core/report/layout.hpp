// Where the parts of a page stand, so that no text meets another: sizes come from how wide texts are.
#pragma once

#include <string>
#include <vector>

#include "core/report/page.hpp"

namespace qklab {

// All lengths are in points (1/72 inch), from the page's top left.
inline constexpr double page_width = 8 / 2.54 * 72;
inline constexpr double title_size = 8, text_size = 7, small_size = 6;
inline constexpr double title_line = 10.5, text_line = 9.5;
inline constexpr double margin = 3;
inline constexpr double least_gap = 8;       // between panels
inline constexpr double sample_length = 13;  // of a line in the legend
inline constexpr double bar_width = 6;
inline constexpr double strip_height = 4, strip_line = 9;  // of a panel's own colour bar

double text_width(const std::string& text, double size);

struct PlacedEntry {
  const LegendEntry* entry;
  double x, y;  // the sample's left end, and the line's middle
};

struct Layout {
  std::vector<std::string> title;
  double legend_top = 0;
  std::vector<PlacedEntry> legend;
  double left = 0, right = 0, top = 0;  // of the grid of panels; `top` is above the panels' titles
  double panel_width = 0, panel_height = 0, gap_x = least_gap, header = 0;
  std::size_t columns = 1, rows = 1;
  double height = 0;  // of the page

  double panel_left(std::size_t i) const {
    return left + static_cast<double>(i % columns) * (panel_width + gap_x);
  }
  double panel_top(std::size_t i) const {
    return top + header + static_cast<double>(i / columns) * (panel_height + least_gap + header);
  }
  double bottom() const { return panel_top((rows - 1) * columns) + panel_height; }
};

Layout lay_out(const Page& page);

}  // namespace qklab
