// Where the parts of a page stand, so that no text meets another or leaves the page: sizes come from how wide
// texts are, and what is too wide is wrapped, turned, left out or shortened.
#pragma once

#include <string>
#include <vector>

#include "core/chart/page.hpp"

namespace qklab {

// All lengths are in points (1/72 inch), from the page's top left.
inline constexpr double page_width = 8 / 2.54 * 72;
inline constexpr double title_size = 8, text_size = 7, small_size = 6;
inline constexpr double title_line = 10.5, text_line = 9.5, small_line = 7.5;
inline constexpr double margin = 3;
inline constexpr double least_gap = 8;       // between panels
inline constexpr double sample_length = 13;  // of a line in the legend
inline constexpr double bar_width = 6;
inline constexpr double bar_height = 150;                  // at most
inline constexpr double strip_height = 4, strip_line = 9;  // of a panel's own colour bar

enum class Anchor { left, center, right };

// A line of text. Upright ones are anchored in their middle's height; `turned` ones read upwards.
struct PlacedText {
  std::string text;
  double x, y;
  double size;
  Anchor anchor = Anchor::left;
  bool turned = false;
};

struct PlacedSample {
  const LegendEntry* entry;
  double x, y;  // the sample's left end, and the line's middle
};

// A panel's own colour bar.
struct PlacedStrip {
  double from, to, middle;
};

struct Layout {
  std::vector<PlacedText> texts;
  std::vector<PlacedSample> samples;
  std::vector<PlacedStrip> strips;      // of each panel that has a bar
  double left = 0, right = 0, top = 0;  // of the grid of panels; `top` is above the panels' titles
  double panel_width = 0, panel_height = 0, gap_x = least_gap, gap_y = least_gap, header = 0;
  double row_names = 0;  // the room right of the panels that names of rows take
  std::size_t columns = 1, rows = 1;
  double height = 0;  // of the page

  double panel_left(std::size_t i) const {
    return left + static_cast<double>(i % columns) * (panel_width + gap_x);
  }
  double panel_top(std::size_t i) const {
    return top + header + static_cast<double>(i / columns) * (panel_height + gap_y + header);
  }
  double bottom() const { return panel_top((rows - 1) * columns) + panel_height; }
  double bar_left() const { return right + 7 + row_names; }
  double bar_top() const { return top + header; }
  double bar_length() const { return std::min(bottom() - bar_top(), bar_height); }
};

Layout lay_out(const Page& page);

}  // namespace qklab
