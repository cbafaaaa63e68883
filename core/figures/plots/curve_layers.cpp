#include "core/figures/plots/curve_layers.hpp"

#include <algorithm>
#include <cmath>

namespace qklab {

std::vector<const Point*> lonely_points(const CurvePage& frame, const Curve& curve, double Point::*value) {
  const std::vector<Point>& points = curve.points;
  const auto is_shown = [&](std::size_t i) {
    return i < points.size() && frame.page.y.can_show(points[i].*value) &&
           frame.page.x.can_show(frame.x.position(points[i].x));
  };
  std::vector<const Point*> result;
  for (std::size_t i = 0; i < points.size(); ++i)
    if (is_shown(i) && !is_shown(i - 1) && !is_shown(i + 1)) result.push_back(&points[i]);
  return result;
}

namespace {

// Each point by itself, at a name.
void add_named(std::vector<PlotLayer>& layers, const CurvePage& frame, const Curve& curve,
               double Point::*value, const LineStyle& style) {
  const double half = 0.3 / static_cast<double>(frame.x.values.size());
  std::vector<Spot> spots;
  RodLayer intervals{{}, style.color, 1};
  LineLayer shelves{{}, style.color, style.width, style.stroke};
  for (const Point& p : curve.points) {
    auto [x, y] = frame.spot(p, p.*value);
    x += frame.aside(curve);
    if (std::isnan(y)) continue;
    spots.emplace_back(x, y);
    shelves.lines.push_back({{x - half, y}, {x + half, y}});
    const bool reaches_zero = frame.page.y.log && p.low <= 0;
    const double low = reaches_zero ? 0 : frame.y_share(p.low), high = frame.y_share(p.high);
    if (!std::isnan(low) && !std::isnan(high))
      intervals.spans.push_back({x, std::clamp(low, 0.0, 1.0), std::clamp(high, 0.0, 1.0)});
  }
  if (spots.empty()) return;
  if (value == &Point::baseline) {
    layers.push_back(std::move(shelves));
    return;
  }
  const bool is_mean = value == &Point::mean;
  if (is_mean && !intervals.spans.empty()) layers.push_back(std::move(intervals));
  layers.push_back(DotLayer{std::move(spots), style.color, is_mean ? 0.5 : 0.7,
                            is_mean ? frame.shape(curve).value_or(Shape::disc) : Shape::ring, 0.8});
}

// Marks along a line, at some of its points.
void add_marks(std::vector<PlotLayer>& layers, const CurvePage& frame, const Curve& curve, Shape shape) {
  constexpr std::size_t most = 8;
  const std::size_t step = (curve.points.size() + most - 1) / most;
  DotLayer marks{{}, frame.color(curve), 0.45, shape};
  for (std::size_t i = step / 2; i < curve.points.size(); i += step)
    marks.spots.push_back(frame.spot(curve.points[i], curve.points[i].mean));
  if (!marks.spots.empty()) layers.push_back(std::move(marks));
}

}  // namespace

void add_curve(std::vector<PlotLayer>& layers, const CurvePage& frame, const Curve& curve,
               double Point::*value, const LineStyle& style) {
  if (!frame.x.numeric) return add_named(layers, frame, curve, value, style);
  std::vector<Spot> line, dots;
  for (const Point& p : curve.points) line.push_back(frame.spot(p, p.*value));
  for (const Point* p : lonely_points(frame, curve, value)) dots.push_back(frame.spot(*p, p->*value));
  const bool is_mean = value == &Point::mean;
  layers.push_back(LineLayer{{std::move(line)}, style.color, style.width, style.stroke});
  if (!dots.empty())
    layers.push_back(DotLayer{std::move(dots), style.color, 0.6, is_mean ? Shape::disc : Shape::ring, 0.7});
  if (const auto shape = is_mean ? frame.shape(curve) : std::nullopt) add_marks(layers, frame, curve, *shape);
}

}  // namespace qklab
