#include "core/report/layout.hpp"

#include <algorithm>

namespace qklab {
namespace {

// Columns that a text takes: UTF-8 continuation bytes take none.
double characters(const std::string& text) {
  return static_cast<double>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

double widest_tick(const Scale& scale) {
  double width = 0;
  for (const auto& [position, text] : scale.ticks) width = std::max(width, text_width(text, small_size));
  return width;
}

std::vector<std::string> wrap(const std::string& text, double width, double size) {
  std::vector<std::string> lines;
  std::string line, word;
  const auto put_word = [&] {
    if (!line.empty() && text_width(line + ' ' + word, size) > width) {
      lines.push_back(line);
      line.clear();
    }
    if (!word.empty()) line += (line.empty() ? "" : " ") + word;
    word.clear();
  };
  for (const char c : text) {
    if (c == ' ' || c == '\n')
      put_word();
    else
      word += c;
  }
  put_word();
  if (!line.empty()) lines.push_back(line);
  return lines;
}

// How far the texts of the first and the last tick stick out beyond an x axis of that width.
std::pair<double, double> overhang(const Scale& scale, double width) {
  if (scale.ticks.empty()) return {0, 0};
  const auto beyond = [&](const std::pair<double, std::string>& tick, double distance) {
    return std::max(0.0, 0.5 * text_width(tick.second, small_size) - distance * width);
  };
  return {beyond(scale.ticks.front(), scale.fraction(scale.ticks.front().first)),
          beyond(scale.ticks.back(), 1 - scale.fraction(scale.ticks.back().first))};
}

std::size_t chosen_columns(std::size_t panels) { return panels <= 1 ? 1 : panels <= 4 ? 2 : 3; }

void place_legend(const Page& page, Layout& layout) {
  const double start =
      margin + (page.legend_title.empty() ? 0 : text_width(page.legend_title, text_size) + 6);
  double x = start, y = layout.legend_top + 0.5 * text_line;
  for (const LegendEntry& entry : page.legend) {
    const double sample = entry.mark == Mark::none ? 0 : sample_length + 3;
    const double width = sample + text_width(entry.text, text_size) + 7;
    if (x > start && x + width > page_width) {
      x = start;
      y += text_line;
    }
    layout.legend.push_back({&entry, x, y});
    x += width;
  }
}

}  // namespace

double text_width(const std::string& text, double size) { return 0.6 * size * characters(text); }

Layout lay_out(const Page& page) {
  Layout layout;
  layout.title = wrap(page.title, page_width - 2 * margin, title_size);
  layout.legend_top = margin + static_cast<double>(layout.title.size()) * title_line;
  place_legend(page, layout);
  layout.top = layout.legend.empty() ? layout.legend_top + 2 : layout.legend.back().y + 0.5 * text_line + 3;

  layout.columns =
      std::min(page.columns ? page.columns : chosen_columns(page.panels.size()), page.panels.size());
  layout.rows = (page.panels.size() + layout.columns - 1) / layout.columns;
  layout.header = page.panels.size() > 1 || !page.panels[0].title.empty() ? text_line : 1;
  for (const PagePanel& panel : page.panels) {
    if (panel.bar) layout.header = text_line + strip_line;
  }
  layout.left = margin + text_line + widest_tick(page.y) + 5;
  layout.right = page_width - 6;
  if (page.bar)
    layout.right = page_width - margin - text_line - widest_tick(page.bar->scale) - 5 - bar_width - 7;
  const double columns = static_cast<double>(layout.columns);
  const auto panel_width = [&] {
    return (layout.right - layout.left - (columns - 1) * layout.gap_x) / columns;
  };
  const auto [first, last] = overhang(page.x, panel_width());
  layout.right -= std::max(0.0, last - 3);
  layout.gap_x = std::max(least_gap, first + last + 4);
  layout.panel_width = panel_width();
  layout.panel_height = layout.panel_width * (layout.columns == 1 ? 0.68 : 0.85);
  layout.height = layout.bottom() + text_line + text_line + margin;
  return layout;
}

}  // namespace qklab
