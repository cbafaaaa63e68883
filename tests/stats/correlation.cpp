#include "core/stats/correlation.hpp"

#include <doctest/doctest.h>

#include "tests/support/fixture.hpp"

using namespace qklab;

namespace {

// Slow and obvious: ranks by counting, correlation by its definition.
double slow_rank_correlation(const std::vector<double>& x, const std::vector<double>& y) {
  const auto rank = [](const std::vector<double>& v, std::size_t i) {
    double below = 0, equal = 0;
    for (const double other : v) below += other < v[i], equal += other == v[i];
    return below + 0.5 * (equal + 1);
  };
  double sx = 0, sy = 0, sxx = 0, sxy = 0, syy = 0;
  const double n = static_cast<double>(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double a = rank(x, i), b = rank(y, i);
    sx += a, sy += b, sxx += a * a, sxy += a * b, syy += b * b;
  }
  return (n * sxy - sx * sy) / std::sqrt((n * sxx - sx * sx) * (n * syy - sy * sy));
}

}  // namespace

TEST_CASE("rank correlation agrees with its definition, ties included") {
  Stream stream(1, 1, "ranks");
  for (std::size_t n = 4; n < 30; ++n) {
    std::vector<double> x(n), y(n);
    for (std::size_t i = 0; i < n; ++i) {
      x[i] = static_cast<double>(stream.below(1 + n));
      y[i] = x[i] + static_cast<double>(stream.below(5));
    }
    x[0] = -1, x[1] = -2, x[2] = -3, y[0] = -4;
    CAPTURE(n);
    CHECK(std::abs(rank_correlation(x, y) - slow_rank_correlation(x, y)) <= 1e-12);
  }
}

TEST_CASE("rank correlation of special cases") {
  const std::vector<double> up = {1, 2, 3, 4}, down = {8, 4, 2, 1}, flat = {1, 1, 1, 1};
  CHECK(rank_correlation(up, up) == doctest::Approx(1));
  CHECK(rank_correlation(up, down) == doctest::Approx(-1));
  CHECK(rank_correlation(up, flat) == 0);
  CHECK(std::isnan(rank_correlation(flat, up)));
  CHECK(std::isnan(rank_correlation(std::vector<double>{1, 2}, std::vector<double>{1, 2})));
  CHECK(std::isnan(rank_correlation(up, std::vector<double>{1, 2, probe::not_a_number, 4})));
}

TEST_CASE("the least-squares slope of a line and of scattered points") {
  CHECK(std::abs(least_squares_slope(std::vector<double>{1, 2, 4}, std::vector<double>{5, 8, 14}) - 3) <=
        1e-14);
  // Computed by hand: the means are 1 and 2, the sum of products about them is 1 * 1 + 0 + 1 * 2, and the sum
  // of squares is 2.
  CHECK(std::abs(least_squares_slope(std::vector<double>{0, 1, 2}, std::vector<double>{1, 1, 4}) - 1.5) <=
        1e-14);
  CHECK(std::isnan(least_squares_slope(std::vector<double>{1, 1}, std::vector<double>{1, 2})));
  CHECK(std::isnan(least_squares_slope({}, {})));
}

TEST_CASE("Gini's coefficient: equal shares, all in one, and its definition by pairs") {
  CHECK(gini({3, 3, 3, 3}) == doctest::Approx(0));
  CHECK(gini({0, 0, 0, 5}) == doctest::Approx(0.75));
  const std::vector<double> x = {2, 0.5, 7, 1};
  double differences = 0, sum = 0;
  for (const double a : x) {
    sum += a;
    for (const double b : x) differences += std::abs(a - b);
  }
  CHECK(gini(x) == doctest::Approx(differences / (2 * 4 * sum)));
}
