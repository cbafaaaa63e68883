#include <cmath>
#include <numbers>

#include "core/base/nan.hpp"
#include "core/stats/intervals.hpp"

namespace qklab {
namespace {

// The continued fraction of I_x(a, b), which converges fast for x < (a + 1) / (a + b + 2).
double beta_fraction(double a, double b, double x) {
  constexpr double tiny = 1e-300;
  const auto away_from_zero = [](double v) { return std::abs(v) < tiny ? tiny : v; };
  double c = 1;
  double d = 1 / away_from_zero(1 - (a + b) * x / (a + 1));
  double result = d;
  for (int m = 1; m <= 10000; ++m) {
    const double even = m * (b - m) * x / ((a - 1 + 2 * m) * (a + 2 * m));
    d = 1 / away_from_zero(1 + even * d);
    c = away_from_zero(1 + even / c);
    result *= d * c;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 1 + 2 * m));
    d = 1 / away_from_zero(1 + odd * d);
    c = away_from_zero(1 + odd / c);
    result *= d * c;
    if (std::abs(d * c - 1) < 1e-15) return result;
  }
  return nan;
}

// The root of an increasing function between two points that bracket it.
template <class F> double bisect(F f, double low, double high) {
  for (int i = 0; i < 200; ++i) {
    const double middle = 0.5 * (low + high);
    if (middle <= low || middle >= high) return middle;
    (f(middle) < 0 ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

// The quantile of a distribution that is symmetric about 0, from its lower tail: small p stay exact.
template <class Cdf> double symmetric_quantile(double p, Cdf cdf) {
  if (!(p > 0 && p < 1)) return nan;
  if (p == 0.5) return 0;
  if (p > 0.5) return -symmetric_quantile(1 - p, cdf);
  double low = -1;
  while (cdf(low) > p) low *= 2;
  return bisect([&](double x) { return cdf(x) - p; }, low, 0);
}

}  // namespace

double normal_cdf(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }

double normal_quantile(double p) { return symmetric_quantile(p, normal_cdf); }

double incomplete_beta(double a, double b, double x) {
  if (!(a > 0 && b > 0 && x >= 0 && x <= 1)) return nan;
  if (x == 0 || x == 1) return x;
  const double front =
      std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x));
  if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(a, b, x) / a;
  return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double student_cdf(double t, double dof) {
  if (!(dof > 0) || std::isnan(t)) return nan;
  if (std::isinf(t)) return t > 0 ? 1 : 0;
  const double tail = 0.5 * incomplete_beta(0.5 * dof, 0.5, dof / (dof + t * t));
  return t > 0 ? 1 - tail : tail;
}

double student_quantile(double p, double dof) {
  if (!(dof > 0)) return nan;
  return symmetric_quantile(p, [dof](double t) { return student_cdf(t, dof); });
}

}  // namespace qklab
