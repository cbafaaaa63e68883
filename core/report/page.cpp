#include "core/report/page.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/report/gnuplot.hpp"
#include "core/report/layout.hpp"

namespace qklab {
namespace {

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
