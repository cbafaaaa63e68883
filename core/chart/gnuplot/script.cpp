#include "core/chart/gnuplot/script.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <variant>

#include "core/chart/fonts.hpp"
#include "core/chart/gnuplot/gnuplot.hpp"
#include "core/chart/layout.hpp"

namespace qklab {
namespace {

constexpr double most_work = 4e8;      // panels times pixels of a picture, which takes seconds
constexpr double most_pixels = 32000;  // along either side of a picture: cairo makes none of over 32767

// A line of a data block; NaN, where a line ends, is gnuplot's "nan".
template <class... Numbers> std::string data_row(const Numbers&... numbers) {
  std::string row;
  for (const double x : {numbers...})
    row += (row.empty() ? "" : " ") + (std::isnan(x) ? "nan" : fmt::format("{:.9g}", x));
  return row + '\n';
}

std::string rows_of(const std::vector<Spot>& spots) {
  std::string rows;
  for (const auto& [x, y] : spots) rows += data_row(x, y);
  return rows;
}
std::string rows_of(const std::vector<Span>& spans) {
  std::string rows;
  for (const Span& span : spans) rows += data_row(span.x, span.low, span.high);
  return rows;
}

// A data block, and what follows it in a plot command.
struct Drawn {
  std::string rows, style;
};

// Lengths of dashes and gaps, in multiples of the line's width.
const char* dashes(Stroke stroke) {
  switch (stroke) {
    case Stroke::dashed:
      return " dt (6,4)";
    case Stroke::dotted:
      return " dt (2,5)";
    case Stroke::dash_dotted:
      return " dt (10,4,2,4)";
    case Stroke::solid:
      break;
  }
  return "";
}

Drawn drawn(const LineLayer& layer) {
  std::string rows;  // lines are told apart by empty ones
  for (const std::vector<Spot>& line : layer.lines) rows += (rows.empty() ? "" : "\n") + rows_of(line);
  return {rows, fmt::format("using 1:2 with lines lc rgb '{}' lw {}{}", layer.color.hex(), layer.width,
                            dashes(layer.stroke))};
}
// As gnuplot counts its kinds of points.
int point_kind(Shape shape) {
  switch (shape) {
    case Shape::disc:
      return 7;
    case Shape::ring:
      return 6;
    case Shape::cross:
      return 2;
    case Shape::square:
      return 5;
    case Shape::up:
      return 9;
    case Shape::diamond:
      return 13;
    case Shape::down:
      return 11;
  }
  return 7;
}

Drawn drawn(const DotLayer& layer) {
  return {rows_of(layer.spots),
          fmt::format("using 1:2 with points pt {} ps {}{} lc rgb '{}'", point_kind(layer.shape), layer.size,
                      layer.edge > 0 ? fmt::format(" lw {}", layer.edge) : "", layer.color.hex())};
}
Drawn drawn(const BandLayer& layer) {
  return {rows_of(layer.spans),
          fmt::format("using 1:2:3 with filledcurves fc rgb '{}' fs transparent solid {} noborder",
                      layer.color.hex(), layer.opacity)};
}
Drawn drawn(const RodLayer& layer) {
  return {rows_of(layer.spans), fmt::format("using 1:2:(0):($3-$2) with vectors nohead lw {} lc rgb '{}'",
                                            layer.width, layer.color.hex())};
}
Drawn drawn(const CellLayer& layer) {
  std::string rows;
  for (const Cell& cell : layer.cells) {
    std::string row = data_row(cell.left, cell.low, cell.left, cell.right, cell.low, cell.high);
    row.back() = ' ';
    rows += fmt::format("{}0x{}\n", row, cell.color.hex().substr(1));
  }
  // A hair of a border closes the seams that antialiasing leaves between cells.
  return {rows, "using 1:2:3:4:5:6:7 with boxxyerror lc rgb variable lw 0.3 fs solid 1 border"};
}

// Builds the script, turning points from the top left into gnuplot's screen coordinates.
class Script {
 public:
  Script(const Page& page, const Layout& layout, Terminal terminal)
      : page_(page), layout_(layout), terminal_(terminal) {}

  std::string text(const std::string& output) {
    open(output);
    for (std::size_t i = 0; i < page_.panels.size(); ++i) {
      styles_.emplace_back();
      for (const PlotLayer& layer : page_.panels[i].layers) {
        Drawn one = std::visit([](const auto& any) { return drawn(any); }, layer);
        text_ += fmt::format("{} << EOD\n{}EOD\n", block(i, styles_[i].size()), one.rows);
        styles_[i].push_back(std::move(one.style));
      }
    }
    text_ += "set multiplot\n";
    for (const PlacedText& placed : layout_.texts) label(placed);
    for (const PlacedSample& placed : layout_.samples) sample(placed);
    std::size_t strip = 0;
    for (std::size_t i = 0; i < page_.panels.size(); ++i) {
      if (page_.panels[i].bar) color_strip(*page_.panels[i].bar, layout_.strips[strip++]);
      panel(i);
    }
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

  // Each terminal has its own idea of a point; fonts and line widths below are meant in 1/72 inch, marks in
  // 1/36.
  void open(const std::string& output) {
    const double width = page_width, height = layout_.height;
    if (terminal_ == Terminal::svg) {
      text_ = fmt::format(
          "set terminal svg size {:.0f},{:.0f} dynamic font 'DejaVu Sans,{}' fontscale {:.4f} linewidth "
          "{:.4f} "
          "background 'white'\n",
          width / 72 * 96, height / 72 * 96, text_size, 96 / 72.0, 96 / 72.0);
    } else if (terminal_ == Terminal::pdf) {
      text_ = fmt::format(
          "set terminal pdfcairo size {:.4f}in,{:.4f}in font 'DejaVu Sans,{}' fontscale 1 linewidth 2 "
          "pointscale 0.667\n",
          width / 72, height / 72, text_size);
    } else {
      // An inch; fewer where panels are many, since the time goes with the pixels of each.
      const double inches = width / 72 * height / 72, panels = static_cast<double>(page_.panels.size());
      const double affordable = std::sqrt(most_work / std::max(1.0, panels) / inches);
      const double dots = std::min({300.0, most_pixels / (height / 72), std::max(72.0, affordable)});
      text_ = fmt::format(
          "set terminal pngcairo size {:.0f},{:.0f} font 'DejaVu Sans,{}' fontscale {:.4f} linewidth {:.4f} "
          "pointscale {:.4f} background '#ffffff'\n",
          width / 72 * dots, height / 72 * dots, text_size, dots / 96, dots / 72, dots / 120);
    }
    text_ += "set termoption noenhanced\nset encoding utf8\nset decimalsign '.'\n";
    text_ += fmt::format("set output {}\n", gnuplot_quote(output));
    text_ += "unset key\nset style fill solid 1 noborder\n";
  }

  // A picture has its letters from this machine's fonts; an SVG from those of whoever looks at it.
  void label(const PlacedText& placed) {
    const char* const anchors[] = {"left", "center", "right"};
    const std::string text = terminal_ == Terminal::svg ? placed.text : drawable_text(placed.text);
    text_ += fmt::format("set label {} at screen {:.6f},{:.6f} {}{} font ',{}'\n", gnuplot_quote(text),
                         sx(placed.x), sy(placed.y), anchors[static_cast<int>(placed.anchor)],
                         placed.turned ? " rotate by 90" : "", placed.size);
  }

  void sample(const PlacedSample& placed) {
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
    if (placed.entry->mark == Mark::dotted) arrow("lw 0.9 dt (2,5)");
    if (placed.entry->mark == Mark::dash_dotted) arrow("lw 0.7 dt (10,4,2,4)");
    if (placed.entry->mark == Mark::band)
      rectangle(from, to, middle - 3, middle + 3, color, placed.entry->opacity);
    const auto point = [&](Shape shape) {
      text_ += fmt::format("set label '' at screen {:.6f},{:.6f} point pt {} ps 0.6 lc rgb '{}'\n",
                           sx(0.5 * (from + to)), sy(middle), point_kind(shape), color);
    };
    if (placed.entry->mark == Mark::dot) point(placed.entry->shape.value_or(Shape::disc));
    if (placed.entry->mark == Mark::cross) point(Shape::cross);
    if (placed.entry->mark == Mark::up) point(Shape::up);
    if (placed.entry->mark == Mark::line && placed.entry->shape) point(*placed.entry->shape);
  }

  void rectangle(double left, double right, double top, double bottom, const std::string& color,
                 double opacity = 1) {
    const std::string fill = opacity < 1 ? fmt::format("transparent solid {}", opacity) : "solid";
    text_ += fmt::format(
        "set object rectangle from screen {:.6f},{:.6f} to screen {:.6f},{:.6f} fc rgb '{}' fs {} "
        "noborder\n",
        sx(left), sy(bottom), sx(right), sy(top), color, fill);
  }

  // Room for a panel or the colour bar; places within are shares of the axes.
  void frame(double left, double top, double width, double height) {
    text_ += fmt::format("set lmargin at screen {:.6f}\nset rmargin at screen {:.6f}\n", sx(left),
                         sx(left + width));
    text_ += fmt::format("set tmargin at screen {:.6f}\nset bmargin at screen {:.6f}\n", sy(top),
                         sy(top + height));
    text_ += "set xrange [0:1]\nset yrange [0:1]\n";
  }

  // Marks alone: their texts are labels of the page.
  void ticks(const std::string& axis, const Scale& scale, const std::string& how) {
    std::string list;
    for (const auto& [position, text] : scale.ticks) {
      const double at = scale.fraction(position);
      if (at < -1e-9 || at > 1 + 1e-9) continue;
      list += fmt::format("{}'' {:.9g}", list.empty() ? "" : ", ", std::clamp(at, 0.0, 1.0));
    }
    for (const double position : scale.minor)
      list += fmt::format("{}'' {:.9g} 1", list.empty() ? "" : ", ",
                          std::clamp(scale.fraction(position), 0.0, 1.0));
    text_ += list.empty() ? fmt::format("unset {}\n", axis)
                          : fmt::format("set {} out nomirror scale {} ({})\n", axis, how, list);
  }

  void panel(std::size_t i) {
    frame(layout_.panel_left(i), layout_.panel_top(i), layout_.panel_width, layout_.panel_height);
    ticks("xtics", page_.panels[i].x.value_or(page_.x), "0.5,0.3");
    ticks("ytics", page_.panels[i].y.value_or(page_.y), "0.5,0.3");
    text_ += page_.filled ? "unset grid\n" : "set grid xtics ytics lt 1 lc rgb '#e4e4e4' lw 0.4\n";
    text_ += "set border 3 lw 0.5 lc rgb '#404040'\n";
    std::string plots;
    for (std::size_t k = 0; k < styles_[i].size(); ++k) {
      plots += fmt::format("{}{} {}", k ? ", \\\n  " : "", block(i, k), styles_[i][k]);
    }
    text_ += fmt::format("plot {} notitle\n", plots.empty() ? "1/0" : plots);
    text_ += "unset label\nunset arrow\nunset object\n";  // each is drawn once
  }

  // A panel's own colour bar: a strip between its least and its largest value. Each rectangle reaches to the
  // right end, so there are no seams.
  void color_strip(const ColorBar& bar, const PlacedStrip& strip) {
    constexpr int steps = 48;
    for (int k = 0; k < steps; ++k) {
      rectangle(strip.from + (strip.to - strip.from) * k / steps, strip.to, strip.middle - 0.5 * strip_height,
                strip.middle + 0.5 * strip_height, bar.color((k + 0.5) / steps).hex());
    }
  }

  // As rectangles that each reach to the top, drawn from below: no seams between them.
  void color_bar() {
    constexpr int steps = 128;
    std::string rows;
    for (int k = 0; k < steps; ++k) {
      const std::string color = page_.bar->color((k + 0.5) / steps).hex();
      rows += fmt::format("0.5 0.5 0 1 {} 1 0x{}\n", static_cast<double>(k) / steps, color.substr(1));
    }
    text_ += fmt::format("$bar << EOD\n{}EOD\n", rows);
    frame(layout_.bar_left(), layout_.bar_top(), bar_width, layout_.bar_length());
    text_ += "unset grid\nunset xtics\nunset ytics\nset border 15 lw 0.4 lc rgb '#404040'\n";
    text_ += "set y2range [0:1]\n";
    ticks("y2tics", page_.bar->scale, "0.4");
    text_ += "plot $bar using 1:2:3:4:5:6:7 with boxxyerror lc rgb variable notitle\n";
  }

  const Page& page_;
  const Layout& layout_;
  Terminal terminal_;
  std::vector<std::vector<std::string>> styles_;  // of each panel's layers
  std::string text_;
};

}  // namespace

std::string page_script(const Page& page, Terminal terminal, const std::string& output) {
  const Layout layout = lay_out(page);
  return Script(page, layout, terminal).text(output);
}

}  // namespace qklab
