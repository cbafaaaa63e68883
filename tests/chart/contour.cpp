#include "core/chart/contour.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace qklab;

namespace {

struct Grid {
  std::vector<double> x, y, values;
};

template <class F> Grid sampled(int n, double from, double to, const F& f) {
  Grid grid;
  for (int i = 0; i < n; ++i) {
    grid.x.push_back(from + (to - from) * i / (n - 1));
    grid.y.push_back(from + (to - from) * i / (n - 1));
  }
  for (const double y : grid.y) {
    for (const double x : grid.x) grid.values.push_back(f(x, y));
  }
  return grid;
}

double length(const std::vector<Line>& lines) {
  double sum = 0;
  for (const Line& line : lines) {
    for (std::size_t i = 1; i < line.size(); ++i)
      sum += std::hypot(line[i].first - line[i - 1].first, line[i].second - line[i - 1].second);
  }
  return sum;
}

}  // namespace

TEST_CASE("the contour of a cone is one closed circle") {
  const Grid g = sampled(81, -2, 2, [](double x, double y) { return std::hypot(x, y); });
  const auto lines = contour_lines(g.x, g.y, g.values, 0.99);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].front() == lines[0].back());
  for (const auto& [x, y] : lines[0]) CHECK(std::abs(std::hypot(x, y) - 0.99) <= 1e-3);
  CHECK(std::abs(length(lines) - 2 * M_PI * 0.99) <= 0.01);
  // Through points of the grid it may come in pieces, but without a gap.
  CHECK(std::abs(length(contour_lines(g.x, g.y, g.values, 1)) - 2 * M_PI) <= 0.01);
}

TEST_CASE("the contour of a plane is straight, and exact") {
  const Grid g = sampled(6, 0, 5, [](double x, double y) { return x + 2 * y; });
  const auto lines = contour_lines(g.x, g.y, g.values, 4.2);
  REQUIRE(lines.size() == 1);
  for (const auto& [x, y] : lines[0]) CHECK(std::abs(x + 2 * y - 4.2) <= 1e-14);
  CHECK(std::abs(length(lines) - std::hypot(4.2, 2.1)) <= 1e-12);
}

TEST_CASE("levels that are not reached, and values that are not finite, have no line") {
  const Grid flat = sampled(4, 0, 1, [](double, double) { return 1; });
  CHECK(contour_lines(flat.x, flat.y, flat.values, 2).empty());
  CHECK(contour_lines(flat.x, flat.y, flat.values, 1).empty());
  Grid holed = sampled(3, 0, 2, [](double x, double) { return x; });
  for (std::size_t j = 0; j < 3; ++j) holed.values[j * 3] = std::numeric_limits<double>::quiet_NaN();
  CHECK(contour_lines(holed.x, holed.y, holed.values, 0.5).empty());
  CHECK(length(contour_lines(holed.x, holed.y, holed.values, 1.5)) == 2);
  CHECK(contour_lines({1}, {1}, {1}, 1).empty());
}

TEST_CASE("a saddle is cut by the mean of its corners, into two lines") {
  for (const double middle : {-0.1, 0.1}) {
    const std::vector<double> values = {1 + middle, -1 + middle, -1 + middle, 1 + middle};
    const auto lines = contour_lines({0, 1}, {0, 1}, values, 0);
    REQUIRE(lines.size() == 2);
    // The high corners (0, 0) and (1, 1) are joined where the middle is high: no line crosses the diagonal.
    for (const Line& line : lines) {
      const bool crosses = (line[0].first - line[0].second) * (line[1].first - line[1].second) < 0;
      CHECK(crosses == (middle < 0));
    }
  }
}

TEST_CASE("a region's border goes around it, around its holes, and along the edge of the grid") {
  const std::vector<double> edges = {0, 1, 2, 3};
  const auto one =
      region_border(edges, edges, {false, false, false, false, true, false, false, false, false});
  REQUIRE(one.size() == 1);
  CHECK(length(one) == 4);
  CHECK(length(region_border(edges, edges, std::vector<bool>(9, true))) == 12);
  CHECK(length(region_border(edges, edges, {true, true, true, true, false, true, true, true, true})) == 16);
  CHECK(region_border(edges, edges, std::vector<bool>(9, false)).empty());
}
