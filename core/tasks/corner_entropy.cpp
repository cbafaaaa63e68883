// How likely a point of a square is a corner of the convex hull of points that are uniform in it.
//
// It is one if all others lie in a half-plane that begins at it. Then exactly one of them is the first, so
// that all others lie to the left of the ray from the point through it. With n others, dm the share of the
// square within an angle and H the share to the left of the ray,
//     P(corner) = n * integral of H^(n-1) dm over all directions.
// A ray is named by where it leaves the square, at a distance u along one of its sides. Then dm = h du / 2,
// where h is the point's distance from this side, and H is a rational function of u, which has three forms:
// its line enters the square through one of three sides.
#include <algorithm>
#include <array>
#include <cmath>

#include "core/tasks/entropies.hpp"

namespace qklab::tasks {

namespace {

// Gauss-Legendre with 8 points: the positive roots of P_8, and weights that sum to 1 over [0, 1].
constexpr std::array<double, 4> roots = {0.1834346424956498, 0.5255324099163290, 0.7966664774136267,
                                         0.9602898564975363};
constexpr std::array<double, 4> weights = {0.3626837833783620 / 2, 0.3137066458778873 / 2,
                                           0.2223810344533745 / 2, 0.1012285362903763 / 2};

// Calls add(x, weight) at the points of a quadrature over [from, to].
template <class F> void at_points(double from, double to, const F& add) {
  const double middle = (from + to) / 2, half = (to - from) / 2;
  for (std::size_t i = 0; i < roots.size(); ++i)
    for (const double side : {-1.0, 1.0}) add(middle + side * half * roots[i], weights[i] * (to - from));
}

// The same over intervals whose ends double, since functions here vary fastest near 0. `from` is above 0.
template <class F> void at_graded_points(double from, double to, const F& add) {
  for (double begin = from; begin < to; begin *= 2) at_points(begin, std::min(2 * begin, to), add);
}

double power(double base, std::size_t exponent) {
  double result = 1;
  for (; exponent > 0; exponent /= 2, base *= base)
    if (exponent % 2 == 1) result *= base;
  return result;
}

// A point by its distances from the sides of the square. Each is kept by itself, as 1 - x forgets a small x.
struct Place {
  double left, right, below, above;

  Place turned() const {
    return {below, above, right, left};
  }  // by a quarter: the next side is the lower one
};

// The integral of H^(n-1) du over rays through the lower side.
double over_lower_side(const Place& p, std::size_t n) {
  double sum = 0;
  const auto add = [&](double share, double weight) { sum += weight * power(share, n - 1); };
  // Lines that enter through the right side, where u = left - d: to the left of the ray is a triangle.
  const bool through_right = p.left > p.below;
  if (through_right) {
    at_graded_points(p.below * p.right / p.above, p.left,
                     [&](double d, double w) { add((p.right + d) * (p.right + d) * p.below / d / 2, w); });
  }
  // Through the left side, where u = left + d: all but a triangle.
  const bool through_left = p.left < p.above;
  if (through_left) {
    at_graded_points(p.left * p.below / p.above, p.right,
                     [&](double d, double w) { add(1 - (p.left + d) * (p.left + d) * p.below / d / 2, w); });
  }
  // Through the upper side: H is linear in u, from `first` to `last`.
  const double begin = through_right ? (p.left - p.below) / p.above : 0;
  const double end = through_left ? p.left / p.above : 1;
  const double first = through_right ? (1 - begin) / 2 : 1 - p.left / p.below / 2;
  const double last = through_left ? 1 - end / 2 : p.right / p.below / 2;
  if (std::abs(first - last) > 1e-3 * std::max(first, last)) {
    return sum +
           (end - begin) * (power(first, n) - power(last, n)) / (static_cast<double>(n) * (first - last));
  }
  at_points(0, 1, [&](double t, double w) { add(first + t * (last - first), (end - begin) * w); });
  return sum;
}

double corner_at(Place place, std::size_t others) {
  double sum = 0;
  for (int turn = 0; turn < 4; ++turn, place = place.turned())
    sum += place.below / 2 * over_lower_side(place, others);
  return std::clamp(static_cast<double>(others) * sum, 0.0, 1.0);
}

}  // namespace

double corner_probability(double x, double y, std::size_t others) {
  return corner_at({x, 1 - x, y, 1 - y}, others);
}

// Over the eighth of the square with 0 < y < x < 1/2, as the others are its mirror images. What is likely
// changes within about 1/points of the sides; nearer to them than `least`, every point is a corner.
CornerEntropy corner_entropy(std::size_t points) {
  const double least = 1e-4 / static_cast<double>(points);
  double corner = 0, entropy = 0, whole = 0;
  at_graded_points(least, 0.5, [&](double x, double across) {
    at_graded_points(least, 1, [&](double share, double along) {
      const double y = x * share, weight = 8 * x * across * along;
      const double p = corner_at({x, 1 - x, y, 1 - y}, points - 1);
      whole += weight;
      corner += weight * p;
      entropy += weight * (surprise(p) + surprise(1 - p));
    });
  });
  corner += 1 - whole;
  return {surprise(corner) + surprise(1 - corner), entropy};
}

}  // namespace qklab::tasks
