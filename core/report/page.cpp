#include "core/report/page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/report/gnuplot.hpp"

namespace qklab {
namespace {

// All lengths are in points (1/72 inch), from the page's top left.
constexpr double page_width = 8 / 2.54 * 72;
constexpr double title_size = 8, text_size = 7, small_size = 6;
constexpr double title_line = 10.5, text_line = 9.5;
constexpr double margin = 3;
constexpr double least_gap = 8;       // between panels
constexpr double sample_length = 13;  // of a line in the legend
constexpr double bar_width = 6;
constexpr double strip_height = 4, strip_line = 9;  // of a panel's own colour bar

// Columns that a text takes: UTF-8 continuation bytes take none.
double characters(const std::string& text) {
  return static_cast<double>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}
double text_width(const std::string& text, double size) { return 0.6 * size * characters(text); }

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

struct PlacedEntry {
  const LegendEntry* entry;
  double x, y;  // the sample's left end, and the line's middle
};

// How far the texts of the first and the last tick stick out beyond an x axis of that width.
std::pair<double, double> overhang(const Scale& scale, double width) {
  if (scale.ticks.empty()) return {0, 0};
  const auto beyond = [&](const std::pair<double, std::string>& tick, double distance) {
    return std::max(0.0, 0.5 * text_width(tick.second, small_size) - distance * width);
  };
  return {beyond(scale.ticks.front(), scale.fraction(scale.ticks.front().first)),
          beyond(scale.ticks.back(), 1 - scale.fraction(scale.ticks.back().first))};
}

// Where everything stands.
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

// Builds the script, turning points from the top left into gnuplot's screen coordinates.
class Script {
 public:
  Script(const Page& page, const Layout& layout) : page_(page), layout_(layout) {}

  std::string text(Terminal terminal, const std::string& output) {
    open(terminal, output);
    for (std::size_t i = 0; i < page_.panels.size(); ++i) {
      for (std::size_t k = 0; k < page_.panels[i].layers.size(); ++k) {
        text_ += fmt::format("{} << EOD\n{}EOD\n", block(i, k), page_.panels[i].layers[k].rows);
      }
    }
    text_ += "set multiplot\n";
    labels();
    for (std::size_t i = 0; i < page_.panels.size(); ++i) panel(i);
    if (page_.bar) color_bar();
    text_ += "unset multiplot\nunset output\n";
    return text_;
  }

 private:
  static std::string block(std::size_t panel, std::size_t layer) {
    return fmt::format("$panel{}layer{}", panel, layer);
  }
  double sx(double x) const { return x / page_width; }
  double sy(double y) const { return 1 - y / layout_.height; }

  // Each terminal has its own idea of a point; fonts and line widths below are meant in 1/72 inch.
  void open(Terminal terminal, const std::string& output) {
    const double width = page_width, height = layout_.height;
    if (terminal == Terminal::svg) {
      text_ = fmt::format(
          "set terminal svg size {:.0f},{:.0f} dynamic font 'DejaVu Sans,{}' fontscale {:.4f} linewidth "
          "{:.4f} "
          "background 'white'\n",
          width / 72 * 96, height / 72 * 96, text_size, 96 / 72.0, 96 / 72.0);
    } else if (terminal == Terminal::pdf) {
      text_ = fmt::format(
          "set terminal pdfcairo size {:.4f}in,{:.4f}in font 'DejaVu Sans,{}' fontscale 1 linewidth 2\n",
          width / 72, height / 72, text_size);
    } else {
      text_ = fmt::format(
          "set terminal pngcairo size {:.0f},{:.0f} font 'DejaVu Sans,{}' fontscale {:.4f} linewidth {:.4f} "
          "background '#ffffff'\n",
          width / 72 * 300, height / 72 * 300, text_size, 300 / 96.0, 300 / 72.0);
    }
    text_ += "set termoption noenhanced\nset encoding utf8\nset datafile missing 'nan'\n";
    text_ += fmt::format("set output {}\n", gnuplot_quote(output));
    text_ += "unset key\nset style fill solid 1 noborder\n";
  }

  void label(const std::string& text, double x, double y, const std::string& how, double size) {
    text_ += fmt::format("set label {} at screen {:.6f},{:.6f} {} font ',{}'\n", gnuplot_quote(text), sx(x),
                         sy(y), how, size);
  }

  void labels() {
    for (std::size_t i = 0; i < layout_.title.size(); ++i) {
      label(layout_.title[i], margin, margin + (static_cast<double>(i) + 0.5) * title_line, "left",
            title_size);
    }
    if (!layout_.legend.empty() && !page_.legend_title.empty()) {
      label(page_.legend_title, margin, layout_.legend_top + 0.5 * text_line, "left", text_size);
    }
    for (const PlacedEntry& placed : layout_.legend) legend_entry(placed);
    label(page_.xlabel, 0.5 * (layout_.left + layout_.right), layout_.height - margin - 0.5 * text_line,
          "center", text_size);
    label(page_.ylabel, margin + 0.5 * text_line, 0.5 * (layout_.top + layout_.header + layout_.bottom()),
          "center rotate by 90", text_size);
  }

  void legend_entry(const PlacedEntry& placed) {
    const std::string color = placed.entry->color.hex();
    const double from = placed.x, to = placed.x + sample_length, middle = placed.y;
    const auto arrow = [&](const std::string& style) {
      text_ +=
          fmt::format("set arrow from screen {:.6f},{:.6f} to screen {:.6f},{:.6f} nohead lc rgb '{}' {}\n",
                      sx(from), sy(middle), sx(to), sy(middle), color, style);
    };
    if (placed.entry->mark == Mark::line) arrow("lw 1.2");
    if (placed.entry->mark == Mark::thick) arrow("lw 2");
    if (placed.entry->mark == Mark::dashed) arrow("lw 0.8 dt (6,4)");
    if (placed.entry->mark == Mark::band) {
      text_ += fmt::format(
          "set object rectangle from screen {:.6f},{:.6f} to screen {:.6f},{:.6f} fc rgb '{}' fs solid "
          "noborder\n",
          sx(from), sy(middle + 3), sx(to), sy(middle - 3), color);
    }
    label(placed.entry->text, placed.entry->mark == Mark::none ? from : to + 3, middle, "left", text_size);
  }

  // Room for a panel or the colour bar, and its ranges.
  void frame(double left, double top, double width, double height, const Scale& x, const Scale& y) {
    text_ += fmt::format("set lmargin at screen {:.6f}\nset rmargin at screen {:.6f}\n", sx(left),
                         sx(left + width));
    text_ += fmt::format("set tmargin at screen {:.6f}\nset bmargin at screen {:.6f}\n", sy(top),
                         sy(top + height));
    for (const auto& [axis, scale] : {std::pair{'x', &x}, std::pair{'y', &y}}) {
      text_ += fmt::format("{} logscale {}\n", scale->log ? "set" : "unset", axis);
      text_ += fmt::format("set {}range [{:.17g}:{:.17g}]\n", axis, scale->low, scale->high);
    }
  }

  void ticks(const std::string& axis, const Scale& scale, bool with_text, const std::string& how) {
    std::string list;
    for (const auto& [position, text] : scale.ticks) {
      list += fmt::format("{}{} {:.17g}", list.empty() ? "" : ", ", gnuplot_quote(with_text ? text : ""),
                          position);
    }
    text_ += list.empty() ? fmt::format("unset {}\n", axis)
                          : fmt::format("set {} {} ({}) font ',{}'\n", axis, how, list, small_size);
  }

  void panel(std::size_t i) {
    const PagePanel& panel = page_.panels[i];
    const double left = layout_.panel_left(i), top = layout_.panel_top(i);
    frame(left, top, layout_.panel_width, layout_.panel_height, page_.x, page_.y);
    const bool lowest = i + layout_.columns >= page_.panels.size();
    ticks("xtics", page_.x, lowest, "out nomirror scale 0.5 offset 0,0.5");
    ticks("ytics", page_.y, i % layout_.columns == 0, "out nomirror scale 0.5 offset 0.6,0");
    text_ += page_.filled ? "unset grid\n" : "set grid xtics ytics lt 1 lc rgb '#e4e4e4' lw 0.4\n";
    text_ += "set border 3 lw 0.5 lc rgb '#404040'\n";
    if (panel.bar) color_strip(*panel.bar, left, top - 0.5 * strip_line);
    if (!panel.title.empty()) {
      label(panel.title, left + 0.5 * layout_.panel_width,
            top - 0.5 * text_line - (panel.bar ? strip_line : 0), "center", text_size);
    }
    std::string plots;
    for (std::size_t k = 0; k < panel.layers.size(); ++k) {
      plots += fmt::format("{}{} {}", k ? ", \\\n  " : "", block(i, k), panel.layers[k].style);
    }
    text_ += fmt::format("plot {} notitle\n", plots.empty() ? "1/0" : plots);
    text_ += "unset label\nunset arrow\nunset object\n";  // each is drawn once
  }

  // A panel's own colour bar: a strip between its least and its largest value. Each rectangle reaches to the
  // right end, so there are no seams.
  void color_strip(const ColorBar& bar, double left, double middle) {
    constexpr int steps = 48;
    const std::string low = tick_text(bar.scale.low), high = tick_text(bar.scale.high);
    const double from = left + text_width(low, small_size) + 2;
    const double to = left + layout_.panel_width - text_width(high, small_size) - 2;
    for (int k = 0; k < steps; ++k) {
      text_ += fmt::format(
          "set object rectangle from screen {:.6f},{:.6f} to screen {:.6f},{:.6f} fc rgb '{}' fs solid "
          "noborder\n",
          sx(from + (to - from) * k / steps), sy(middle + 0.5 * strip_height), sx(to),
          sy(middle - 0.5 * strip_height), bar.color((k + 0.5) / steps).hex());
    }
    label(low, left, middle, "left", small_size);
    label(high, left + layout_.panel_width, middle, "right", small_size);
  }

  // As rectangles that each reach to the top, drawn from below: no seams between them.
  void color_bar() {
    const Scale& scale = page_.bar->scale;
    const double top = layout_.top + layout_.header, height = std::min(layout_.bottom() - top, 150.0);
    const double left = layout_.right + 7, middle = top + 0.5 * height;
    constexpr int steps = 128;
    const Scale across{false, 0, 1, {}};
    const Scale up{false, 0, 1, {}};
    std::string rows;
    for (int k = 0; k < steps; ++k) {
      const std::string color = page_.bar->color((k + 0.5) / steps).hex();
      rows += fmt::format("0.5 0.5 0 1 {} 1 0x{}\n", static_cast<double>(k) / steps, color.substr(1));
    }
    text_ += fmt::format("$bar << EOD\n{}EOD\n", rows);
    frame(left, top, bar_width, height, across, up);
    text_ += "unset grid\nunset xtics\nunset ytics\nset border 15 lw 0.4 lc rgb '#404040'\n";
    Scale shown = up;
    for (const auto& [position, text] : scale.ticks) {
      const double at = scale.fraction(position);
      if (at >= 0 && at <= 1) shown.ticks.emplace_back(at, text);
    }
    text_ += "set y2range [0:1]\n";
    ticks("y2tics", shown, true, "out nomirror scale 0.4 offset -0.6,0");
    label(page_.bar->label, page_width - margin - 0.5 * text_line, middle, "center rotate by 90", text_size);
    text_ += "plot $bar using 1:2:3:4:5:6:7 with boxxyerror lc rgb variable notitle\n";
  }

  const Page& page_;
  const Layout& layout_;
  std::string text_;
};

}  // namespace

std::string page_script(const Page& page, Terminal terminal, const std::string& output) {
  const Layout layout = lay_out(page);
  return Script(page, layout).text(terminal, output);
}

}  // namespace qklab
