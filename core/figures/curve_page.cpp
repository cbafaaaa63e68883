#include "core/figures/curve_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/nan.hpp"
#include "core/figures/labels.hpp"
#include "core/figures/lost.hpp"

namespace qklab {
namespace {

constexpr double line_span = 0.9;  // of viridis: its last yellow can't be seen as a line on white
constexpr std::size_t most_in_legend = 5;

// Colour bar for many numbers, legend for a few or for names.
void explain_colors(const Figure& figure, CurvePage& result) {
  Page& page = result.page;
  const Coordinate& curves = result.curves;
  if (!figure.has_curves()) return;
  if (curves.numeric && curves.values.size() > most_in_legend) {
    page.bar = ColorBar{curves.scale(0, 5), figure.colorlabel, line_span};
    return;
  }
  page.legend_title = figure.colorlabel + ":";
  const ShortTexts texts(curves.values, ShortTexts::Style::typeset);
  for (const Value& value : curves.values) {
    const Curve curve{{value}, {}};
    page.legend.push_back({texts.of(value), result.color(curve), Mark::line, 1, result.shape(curve)});
  }
}

// What the y axis shows, from least to largest; both NaN where there is nothing.
class Extent {
 public:
  explicit Extent(bool log) : log_(log) {}

  void add(double value) {
    if (!std::isfinite(value) || (log_ && value <= 0)) return;
    low_ = std::fmin(low_, value);
    high_ = std::fmax(high_, value);
  }
  // As far as `other` reaches, but on either side by no more than half of this range, where it has a length.
  void widen(const Extent& other) {
    const double from = on_axis(low_), to = on_axis(high_), room = 0.5 * (to - from);
    const bool has_length = room > 0 && std::isfinite(room);
    if (other.low_ < low_) low_ = has_length ? std::fmax(other.low_, off_axis(from - room)) : other.low_;
    if (other.high_ > high_) high_ = has_length ? std::fmin(other.high_, off_axis(to + room)) : other.high_;
  }
  std::vector<double> ends() const { return {low_, high_}; }

 private:
  double on_axis(double value) const { return log_ ? std::log(value) : value; }
  double off_axis(double place) const { return log_ ? std::exp(place) : place; }

  bool log_;
  double low_ = nan, high_ = nan;
};

}  // namespace

std::optional<Range> range_of(const Figure& figure, const Experiment& experiment) {
  std::optional<Range> all = metric_of(figure.value, experiment).range;
  for (const Quantity& value : figure.values) {
    const std::optional<Range>& range = metric_of(value, experiment).range;
    if (!all || !range) return std::nullopt;
    all = {std::fmin(all->low, range->low), std::fmax(all->high, range->high)};
  }
  return all;
}

namespace {

Scale value_scale(const Figure& figure, const Experiment& experiment, const FigureData& data,
                  bool with_intervals) {
  const std::optional<Range> bounds = range_of(figure, experiment);
  const auto bounded = [&](double end) { return bounds ? std::clamp(end, bounds->low, bounds->high) : end; };
  Extent measured(figure.log_y), intervals(figure.log_y);
  for (const Panel& panel : data.panels) {
    for (const Curve& curve : panel.curves) {
      for (const Point& p : curve.points) {
        for (const double value : {p.mean, p.theory, p.baseline}) measured.add(value);
        if (!with_intervals) continue;
        for (const double end : {p.low, p.high}) intervals.add(bounded(end));
      }
    }
  }
  for (const Threshold& threshold : figure.thresholds) measured.add(threshold.value);
  // What claims demand is seen where that is not far away.
  for (const Threshold& limit : figure.limits) intervals.add(limit.value);
  if (with_intervals || !figure.limits.empty()) measured.widen(intervals);
  return numeric_scale(measured.ends(), figure.log_y, 0.04, 5);
}

}  // namespace

Shade CurvePage::shade(const Curve& curve) const {
  if (curve.key.empty()) return {};
  const auto found = std::find(curves.values.begin(), curves.values.end(), curve.key[0]);
  const auto rank = static_cast<std::size_t>(found - curves.values.begin());
  if (!curves.numeric) return {std::nullopt, rank};
  if (curves.values.size() == 1) return {1.0 / 3};
  if (curves.values.size() <= most_in_legend) {  // few: as far apart as they get
    return {static_cast<double>(rank) / static_cast<double>(curves.values.size() - 1)};
  }
  return {curves.scale(0, 5).fraction(curves.position(curve.key[0]))};
}

Color CurvePage::color(const Curve& curve) const {
  const Shade shown = shade(curve);
  return shown.along ? viridis(line_span * *shown.along) : categorical(shown.category);
}

std::optional<Shape> CurvePage::shape(const Curve& curve) const {
  constexpr std::array<Shape, 3> marks = {Shape::square, Shape::up, Shape::diamond};
  const Shade shown = shade(curve);
  const std::size_t turn = shown.category / categories;
  if (shown.along || turn == 0) return std::nullopt;
  return marks[(turn - 1) % marks.size()];
}

void CurvePage::enter(std::size_t panel) {
  if (!own_x.empty()) page.panels[panel].x = page.x = own_x[panel];
  if (!own_y.empty()) page.panels[panel].y = page.y = own_y[panel];
}

double CurvePage::aside(const Curve& curve) const {
  if (x.numeric || curve.key.empty()) return 0;
  const auto found = std::find(curves.values.begin(), curves.values.end(), curve.key[0]);
  const auto rank = static_cast<double>(found - curves.values.begin());
  const auto count = static_cast<double>(curves.values.size());
  const double step = std::min(0.2, 0.7 / count);  // of the room that a name has
  return step * (rank - 0.5 * (count - 1)) / static_cast<double>(x.values.size());
}

namespace {

// At the upper or lower edge, where a mean is infinite. Returns whether there are some.
bool add_infinite(std::vector<PlotLayer>& layers, const CurvePage& frame, const Curve& curve) {
  constexpr double from_edge = 0.03;
  DotLayer above{{}, frame.color(curve), 0.6, Shape::up}, below{{}, frame.color(curve), 0.6, Shape::down};
  for (const Point& p : curve.points) {
    if (!std::isinf(p.mean)) continue;
    const double x = frame.x_share(p) + frame.aside(curve);
    (p.mean > 0 ? above : below).spots.emplace_back(x, p.mean > 0 ? 1 - from_edge : from_edge);
  }
  const bool any = !above.spots.empty() || !below.spots.empty();
  for (DotLayer* layer : {&above, &below})
    if (!layer->spots.empty()) layers.push_back(std::move(*layer));
  return any;
}

}  // namespace

void add_lost(CurvePage& frame, const FigureData& data) {
  constexpr double above_axis = 0.03;
  constexpr Color grey{0.25, 0.25, 0.25};
  bool is_placed = false, is_infinite = false;
  const bool log = frame.page.y.log;
  for (std::size_t i = 0; i < data.panels.size(); ++i) {
    frame.enter(i);
    for (const Curve& curve : data.panels[i].curves)
      is_infinite |= add_infinite(frame.page.panels[i].layers, frame, curve);
    for (const Lost& lost : data.lost) {
      if (!lost.x || !is_lost_in(lost, data.panels[i])) continue;
      const Curve curve{lost.curve, {}};
      const double x = frame.page.x.fraction(frame.x.position(*lost.x)) + frame.aside(curve);
      frame.page.panels[i].layers.push_back(
          DotLayer{{{x, above_axis}}, frame.color(curve), 0.6, Shape::cross, 0.8});
      is_placed = true;
    }
  }
  const std::string beyond = unshown_text(unshown(data, log)), left_out = left_out_text(data);
  if (!beyond.empty()) frame.page.legend.push_back({beyond, grey, is_infinite ? Mark::up : Mark::none});
  if (!left_out.empty()) frame.page.legend.push_back({left_out, grey, is_placed ? Mark::cross : Mark::none});
}

namespace {

// One panel, as a figure of its own.
FigureData alone(const FigureData& data, std::size_t panel) {
  FigureData one;
  one.panels = {data.panels[panel]};
  for (const Lost& lost : data.lost)
    if (is_lost_in(lost, data.panels[panel])) one.lost.push_back(lost);
  return one;
}

}  // namespace

CurvePage curve_page(const Figure& figure, const Experiment& experiment, const FigureData& data,
                     bool with_intervals) {
  CurvePage result{{},
                   x_coordinate(figure, experiment, data),
                   curve_coordinate(figure, experiment, data, figure.log_color)};
  Page& page = result.page;
  page.title = figure.title;
  page.xlabel = figure.xlabel;
  page.ylabel = figure.ylabel;
  page.columns = columns_of(figure, data);
  page.legend_in_panel = figure.legend_in_panel;
  page.x = result.x.scale(0.03, 4);
  page.y = value_scale(figure, experiment, data, with_intervals || !result.x.numeric);
  explain_colors(figure, result);
  for (const Panel& panel : data.panels) {
    page.panels.push_back({panel.title, {}});
    page.panels.back().row = panel.row;
  }
  for (std::size_t i = 0; i < data.panels.size() && (figure.free_x || figure.free_y); ++i) {
    const FigureData one = alone(data, i);
    if (figure.free_x && result.x.numeric)
      result.own_x.push_back(x_coordinate(figure, experiment, one).scale(0.03, 4));
    if (figure.free_y)
      result.own_y.push_back(value_scale(figure, experiment, one, with_intervals || !result.x.numeric));
  }
  return result;
}

}  // namespace qklab
