#include "core/chart/contour.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace qklab {
namespace {

using Spot = std::pair<double, double>;
using Segment = std::pair<Spot, Spot>;

// Segments with a common end, joined: a dashed line needs more than a square's length for its dashes.
std::vector<Line> joined(const std::vector<Segment>& segments) {
  std::multimap<Spot, std::size_t> at;
  for (std::size_t k = 0; k < segments.size(); ++k) {
    at.emplace(segments[k].first, k);
    at.emplace(segments[k].second, k);
  }
  std::vector<bool> used(segments.size());
  // Goes on from the line's last point as long as there is an unused segment.
  const auto extend = [&](Line& line) {
    for (bool more = true; more;) {
      more = false;
      const auto [begin, end] = at.equal_range(line.back());
      for (auto k = begin; k != end && !more; ++k) {
        if (used[k->second]) continue;
        used[k->second] = more = true;
        const Segment& next = segments[k->second];
        line.push_back(next.first == line.back() ? next.second : next.first);
      }
    }
  };
  std::vector<Line> lines;
  for (std::size_t k = 0; k < segments.size(); ++k) {
    if (used[k]) continue;
    used[k] = true;
    Line line = {segments[k].second, segments[k].first};
    extend(line);
    std::reverse(line.begin(), line.end());
    extend(line);
    lines.push_back(std::move(line));
  }
  return lines;
}

struct Corner {
  double x, y, value;

  bool operator<(const Corner& other) const { return std::pair(x, y) < std::pair(other.x, other.y); }
};

// Where the edge between a and b has the level: the same to the bit for both squares that share it.
Spot crossing(const Corner& a, const Corner& b, double level) {
  if (b < a) return crossing(b, a, level);
  const double t = (level - a.value) / (b.value - a.value);
  return {a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)};
}

// Corners in circular order.
void add_square(const std::array<Corner, 4>& corners, double level, std::vector<Segment>& segments) {
  std::vector<Spot> points;  // one for each crossed edge, in circular order
  double sum = 0;
  for (std::size_t k = 0; k < 4; ++k) {
    const Corner &a = corners[k], &b = corners[(k + 1) % 4];
    if (!std::isfinite(a.value)) return;
    sum += a.value;
    if ((a.value >= level) != (b.value >= level)) points.push_back(crossing(a, b, level));
  }
  const auto join = [&](std::size_t from, std::size_t to) {
    segments.emplace_back(points[from], points[to]);
  };
  if (points.size() == 2) join(0, 1);
  if (points.size() != 4) return;
  // A saddle: the middle belongs to the first corner's side or cuts it off.
  const bool first_and_middle = (corners[0].value >= level) == (sum / 4 >= level);
  join(0, first_and_middle ? 1 : 3);
  join(2, first_and_middle ? 3 : 1);
}

}  // namespace

std::vector<Line> contour_lines(const std::vector<double>& x, const std::vector<double>& y,
                                const std::vector<double>& values, double level) {
  std::vector<Segment> segments;
  const auto corner = [&](std::size_t i, std::size_t j) {
    return Corner{x[i], y[j], values[j * x.size() + i]};
  };
  for (std::size_t j = 0; j + 1 < y.size(); ++j) {
    for (std::size_t i = 0; i + 1 < x.size(); ++i) {
      add_square({corner(i, j), corner(i + 1, j), corner(i + 1, j + 1), corner(i, j + 1)}, level, segments);
    }
  }
  return joined(segments);
}

std::vector<Line> region_border(const std::vector<double>& x_edges, const std::vector<double>& y_edges,
                                const std::vector<bool>& inside) {
  const std::size_t columns = x_edges.size() - 1, rows = y_edges.size() - 1;
  const auto is_inside = [&](std::size_t i, std::size_t j) {  // one beyond the grid wraps to a large number
    return i < columns && j < rows && inside[j * columns + i];
  };
  std::vector<Segment> segments;
  for (std::size_t j = 0; j < rows; ++j) {
    for (std::size_t i = 0; i < columns; ++i) {
      if (!is_inside(i, j)) continue;
      const double left = x_edges[i], right = x_edges[i + 1], low = y_edges[j], high = y_edges[j + 1];
      if (!is_inside(i - 1, j)) segments.push_back({{left, low}, {left, high}});
      if (!is_inside(i + 1, j)) segments.push_back({{right, low}, {right, high}});
      if (!is_inside(i, j - 1)) segments.push_back({{left, low}, {right, low}});
      if (!is_inside(i, j + 1)) segments.push_back({{left, high}, {right, high}});
    }
  }
  return joined(segments);
}

}  // namespace qklab
