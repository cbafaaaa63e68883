#include "core/theory/propagation.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <numbers>

#include "core/spectrum/matrices.hpp"

using namespace qklab;

namespace {

// The moments by their definition, token by token: w_t - mean_s w_s = y^T W x_T with y = sum_s c_s z_s and
// x_T = sum_s z_s. The mean is tr(W Cov(x_T, y)), and the variance is a sum over pairs of entries of W.
struct Moments {
  double mean = 0, variance = 0;
};

Moments moments_by_definition(const Matrix& w, std::size_t t, std::size_t length) {
  const auto T = static_cast<double>(length);
  double yx = 0, yy = 0, xx = 0;  // covariances of one coordinate of y and x_T
  for (std::size_t s = 1; s <= length; ++s) {
    const double in_x_t = s <= t ? 1 : 0;
    double in_average = 0;  // z_s is part of x_s, ..., x_T
    for (std::size_t r = 1; r <= length; ++r) in_average += s <= r ? 1 / T : 0;
    const double c = in_x_t - in_average;
    yx += c;
    yy += c * c;
    xx += 1;
  }
  Moments out;
  for (std::size_t i = 0; i < w.shape(0); ++i) {
    out.mean += w(i, i) * yx;
    for (std::size_t j = 0; j < w.shape(1); ++j)
      out.variance += w(i, j) * w(i, j) * yy * xx + w(i, j) * w(j, i) * yx * yx;
  }
  return out;
}

// The normal distribution function by its Taylor series (Marsaglia 2004), without the library's functions.
double phi(double z) {
  if (z < -8) return 0;
  if (z > 8) return 1;
  double sum = z, term = z, previous = 0;
  for (double k = 3; sum != previous; k += 2) {
    previous = sum;
    term *= z * z / k;
    sum += term;
  }
  return 0.5 + sum * std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi);
}

void check(const Matrix& w, std::size_t length, double temperature) {
  const std::size_t dim = w.shape(0);
  const Propagation theory = propagation_probability(spectrum_statistics(w), dim, length, temperature);
  REQUIRE(theory.support.size() == length);
  REQUIRE(theory.active.size() == length);
  for (std::size_t t = 1; t <= length; ++t) {
    CAPTURE(t);
    const auto [mean, variance] = moments_by_definition(w, t, length);
    const double lower = (-temperature - mean) / std::sqrt(variance);
    const double upper = (temperature * static_cast<double>(length - 1) - mean) / std::sqrt(variance);
    CHECK(std::abs(theory.support(t - 1) - (1 - phi(lower))) <= 1e-9);
    CHECK(std::abs(theory.active(t - 1) - (phi(upper) - phi(lower))) <= 1e-9);
  }
}

}  // namespace

TEST_CASE("propagation probability equals the formula, worked out from its definition") {
  const Stream stream(0, 0, "test");
  for (const std::size_t dim : {3u, 16u, 64u, 97u}) {
    for (const std::size_t length : {2u, 7u, 32u, 45u}) {
      for (const auto& moments :
           {std::pair{0.125, 1.0}, {-0.5, 0.01}, {0.0, 100.0}, {0.5, 1e-4}, {2.0, 3.0}}) {
        const auto [mean, variance] = moments;
        CAPTURE(dim);
        CAPTURE(length);
        CAPTURE(moments.first);
        CAPTURE(moments.second);
        const Spectrum spectrum{mean, variance, "gaussian"};
        check(symmetric_matrix(dim, spectrum, stream), length, std::sqrt(static_cast<double>(dim)));
        check(symmetric_matrix(dim, spectrum, stream), length, 0.3);
        check(nonsymmetric_matrix(dim, spectrum, 1.5, stream), length, std::sqrt(static_cast<double>(dim)));
      }
    }
  }
}

TEST_CASE("a worked example: d = 64, T = 32, mean 1/8, variance 1") {
  // Published with the formula, to two digits.
  const Propagation p = propagation_probability({0.125, 1, 1, 0}, 64, 32, 8);
  const double expected[] = {.27, .29, .32, .41, .56, .69, .73, .75};
  for (std::size_t i = 0; i < 8; ++i) CHECK(std::abs(p.support(4 * i) - expected[i]) <= 0.02);
}

TEST_CASE("the variance tends to tr(W^2) T^2 (7/12 - 2 theta (1 - theta)) for long sequences") {
  const std::size_t length = 20000;
  const LogitMoments moments = centred_logit_moments({0.5, 2, 2, 0}, 10, length);
  const double trace_square = 10 * (2 + 0.25), T = static_cast<double>(length);
  for (const double theta : {0.1, 0.5, 0.9}) {
    const auto t = static_cast<std::size_t>(theta * T);
    CHECK(moments.variance(t - 1) ==
          doctest::Approx(trace_square * T * T * (7.0 / 12 - 2 * theta * (1 - theta))).epsilon(1e-3));
  }
}

TEST_CASE("propagation probability: long sequences approach the limit in the share of positions") {
  const std::size_t length = 20000;
  for (const SpectrumStatistics& w :
       {SpectrumStatistics{0.5, 0.01, 0.01, 0}, {-0.125, 2, 2, 0}, {0.2, 1, 3, 0}}) {
    const Propagation exact = propagation_probability(w, 64, length, 8),
                      limit = propagation_limit(w, 64, length, 8);
    for (std::size_t t = 0; t < length; t += 97) {
      CHECK(std::abs(exact.support(t) - limit.support(t)) <= 1e-3);
      CHECK(std::abs(exact.active(t) - limit.active(t)) <= 1e-3);
    }
  }
  CHECK(propagation_limit({0, 0, 0, 0}, 64, 8, 8).active(3) == 1);
}

TEST_CASE("where nothing varies, probabilities are 0 or 1") {
  // For W = 0 attention is uniform.
  const Propagation uniform = propagation_probability({0, 0, 0, 0}, 8, 5, 1);
  for (std::size_t t = 0; t < 5; ++t) {
    CHECK(uniform.support(t) == 1);
    CHECK(uniform.active(t) == 1);
  }
  // A single token gets all attention, whatever W is: S = 1 is in the support but not active.
  const Propagation single = propagation_probability({0.5, 1, 1, 1}, 8, 1, 1);
  CHECK(single.support(0) == 1);
  CHECK(single.active(0) == 0);
}
