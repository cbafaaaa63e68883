#include "core/stats/intervals.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "core/base/stream.hpp"

using namespace qklab;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

// Slow and obvious: integrates Student's density by Simpson's rule.
double integrated_student_cdf(double t, double dof) {
  const double scale =
      std::exp(std::lgamma(0.5 * (dof + 1)) - std::lgamma(0.5 * dof)) / std::sqrt(dof * M_PI);
  const auto density = [&](double x) { return scale * std::pow(1 + x * x / dof, -0.5 * (dof + 1)); };
  const int steps = 20000;
  const double h = t / steps;
  double sum = density(0) + density(t);
  for (int i = 1; i < steps; ++i) sum += (i % 2 ? 4 : 2) * density(i * h);
  return 0.5 + sum * h / 3;
}

std::vector<double> normal_sample(Stream& stream, std::size_t n, double center) {
  std::vector<double> x(n);
  for (double& v : x) v = center + stream.normal();
  return x;
}

}  // namespace

TEST_CASE("Student quantiles agree with printed tables") {
  // Two-sided 95 % and 99 % points from a table of the t distribution.
  CHECK(std::abs(student_quantile(0.975, 1) - 12.7062047) <= 1e-6);
  CHECK(std::abs(student_quantile(0.975, 7) - 2.36462425) <= 1e-7);
  CHECK(std::abs(student_quantile(0.975, 30) - 2.04227246) <= 1e-7);
  CHECK(std::abs(student_quantile(0.995, 4) - 4.60409487) <= 1e-7);
  CHECK(std::abs(student_quantile(0.95, 120) - 1.65765090) <= 1e-7);
  CHECK(std::abs(student_quantile(0.975, 1e7) - 1.95996398) <= 1e-6);
}

TEST_CASE("Student's distribution agrees with its integrated density") {
  for (const double dof : {1.0, 2.5, 7.0, 100.0}) {
    for (const double t : {0.0, 0.3, 1.0, 2.5, 8.0}) {
      CAPTURE(dof);
      CAPTURE(t);
      CHECK(std::abs(student_cdf(t, dof) - integrated_student_cdf(t, dof)) <= 1e-9);
      CHECK(std::abs(student_cdf(-t, dof) - (1 - student_cdf(t, dof))) <= 1e-14);
    }
  }
}

TEST_CASE("quantiles invert their distributions, far tails included") {
  for (const double p : {1e-12, 1e-4, 0.02, 0.4, 0.5, 0.9, 0.999}) {
    CAPTURE(p);
    CHECK(std::abs(normal_cdf(normal_quantile(p)) / p - 1) <= 1e-9);
    CHECK(std::abs(student_cdf(student_quantile(p, 3), 3) / p - 1) <= 1e-9);
  }
  CHECK(std::isnan(student_quantile(0, 3)));
  CHECK(std::isnan(student_quantile(0.5, 0)));
  CHECK(std::isnan(student_quantile(not_a_number, 3)));
}

TEST_CASE("the incomplete beta function agrees with closed forms") {
  for (const double x : {0.0, 0.1, 0.37, 0.5, 0.9, 1.0}) {
    CHECK(std::abs(incomplete_beta(1, 1, x) - x) <= 1e-14);
    CHECK(std::abs(incomplete_beta(2, 3, x) - x * x * (6 - 8 * x + 3 * x * x)) <= 1e-14);
    CHECK(std::abs(incomplete_beta(0.5, 0.5, x) - 2 / M_PI * std::asin(std::sqrt(x))) <= 1e-13);
  }
}

TEST_CASE("a t interval by hand") {
  const std::vector<double> x = {1, 2, 3, 4};  // mean 2.5, variance 5/3
  const Interval i = interval(estimate_mean(x), 0.95);
  const double half = 3.18244631 * std::sqrt(5.0 / 3 / 4);
  CHECK(std::abs(i.low - (2.5 - half)) <= 1e-7);
  CHECK(std::abs(i.high - (2.5 + half)) <= 1e-7);
}

TEST_CASE("Welch's interval by hand") {
  const std::vector<double> a = {1, 2, 3}, b = {10, 14};
  const Estimate e = estimate_difference(a, b);
  const double va = 1.0 / 3, vb = 8.0 / 2;
  CHECK(e.value == -10);
  CHECK(std::abs(e.standard_error - std::sqrt(va + vb)) <= 1e-14);
  CHECK(std::abs(e.dof - (va + vb) * (va + vb) / (va * va / 2 + vb * vb / 1)) <= 1e-12);
}

TEST_CASE("the t interval covers the truth as often as it says") {
  Stream stream(1, 2, "coverage");
  const int repeats = 4000;
  int covered = 0;
  for (int r = 0; r < repeats; ++r) {
    const Interval i = interval(estimate_mean(normal_sample(stream, 5, 3)), 0.95);
    covered += i.low <= 3 && 3 <= i.high;
  }
  // Four standard errors of a relative frequency of 0.95.
  CHECK(std::abs(covered / double(repeats) - 0.95) <= 4 * std::sqrt(0.95 * 0.05 / repeats));
}

TEST_CASE("too few, equal and non-finite replicates") {
  const std::vector<double> none, one = {2}, equal = {0.1, 0.1, 0.1}, spoilt = {1, not_a_number, 2};
  CHECK(std::isnan(estimate_mean(none).value));
  CHECK(std::isnan(interval(estimate_mean(one), 0.95).low));
  CHECK(interval(estimate_mean(equal), 0.95).low == 0.1);
  CHECK(interval(estimate_mean(equal), 0.95).high == 0.1);
  CHECK(std::isnan(estimate_mean(spoilt).value));
  CHECK(std::isnan(interval(estimate_mean(spoilt), 0.95).high));
}

TEST_CASE("Hochberg's correction by hand") {
  const std::vector<double> p = {0.04, 0.01, not_a_number, 0.03, 0.9};
  const std::vector<double> adjusted = hochberg(p);
  CHECK(adjusted[1] == 0.04);
  CHECK(adjusted[3] == 0.08);  // lowered from 0.09 to the next larger one's value
  CHECK(adjusted[0] == 0.08);
  CHECK(std::isnan(adjusted[2]));
  CHECK(adjusted[4] == 0.9);
  CHECK(hochberg({}).empty());
  const std::vector<double> alike = {0.05, 0.05, 0.049};
  CHECK(hochberg(alike) == std::vector<double>{0.05, 0.05, 0.05});
}

TEST_CASE("the false discovery rate by hand") {
  const std::vector<double> p = {0.04, 0.01, not_a_number, 0.03, 0.9};
  const std::vector<double> rates = false_discovery_rate(p);
  CHECK(rates[1] == 0.04);
  CHECK(std::abs(rates[3] - 0.04 * 4 / 3) <= 1e-15);  // lowered from 0.06
  CHECK(std::abs(rates[0] - 0.04 * 4 / 3) <= 1e-15);
  CHECK(std::isnan(rates[2]));
  CHECK(rates[4] == 0.9);
}

TEST_CASE("the bound on frequencies is rarely exceeded, and not idle") {
  Stream stream(9, 9, "frequencies");
  const int repeats = 400, count = 16, samples = 200;
  const double bound = frequency_error(count, samples, 0.95);
  int exceeded = 0;
  double largest = 0;
  for (int r = 0; r < repeats; ++r) {
    double deviation = 0;
    for (int t = 0; t < count; ++t) {
      int hits = 0;
      for (int s = 0; s < samples; ++s) hits += stream.uniform() < 0.5;
      deviation = std::max(deviation, std::abs(hits / double(samples) - 0.5));
    }
    exceeded += deviation > bound;
    largest = std::max(largest, deviation);
  }
  CHECK(exceeded <= 0.05 * repeats);
  CHECK(largest >= 0.7 * bound);
}
