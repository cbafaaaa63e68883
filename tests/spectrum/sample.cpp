#include "core/spectrum/sample.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/error.hpp"

using namespace qklab;

namespace {

const Stream stream(7, 0, "test");

// The average of (x - about)^power.
double moment(const Vector& x, double about, int power) {
  double sum = 0;
  for (const double each : x) sum += std::pow(each - about, power);
  return sum / static_cast<double>(x.size());
}

}  // namespace

TEST_CASE("samples have exactly the prescribed mean and variance") {
  for (const std::string& name : spectrum_shape_names()) {
    CAPTURE(name);
    for (const std::size_t n : {2u, 3u, 16u, 64u, 256u}) {
      for (const auto& [mean, variance] : {std::pair{0.0, 1.0}, {-0.5, 0.01}, {0.125, 100.0}}) {
        const Vector l = sample_eigenvalues(name, n, mean, variance, stream);
        const double scale = std::sqrt(mean * mean + variance);
        CHECK(std::abs(moment(l, 0, 1) - mean) <= 1e-14 * scale);
        CHECK(std::abs(moment(l, mean, 2) - variance) <= 1e-13 * scale * scale);
      }
    }
  }
}

TEST_CASE("a variance of 0 puts every eigenvalue at the mean, a single one too") {
  CHECK(sample_eigenvalues("gaussian", 1, 0.3, 0, stream) == Vector{0.3});
  CHECK(sample_eigenvalues("outlier", 5, -1, 0, stream) == Vector{-1, -1, -1, -1, -1});
}

TEST_CASE("shapes look as their names say") {
  const std::size_t n = 4000;
  const auto draw = [&](const char* shape) { return sample_eigenvalues(shape, n, 0, 1, stream); };
  // Fourth moments: 3 of a normal, 2 of a semicircle of variance 1, whose support ends at 2.
  const Vector gaussian = draw("gaussian"), semicircle = draw("semicircle");
  CHECK(std::abs(moment(gaussian, 0, 4) - 3) <= 5 * std::sqrt(96.0 / n));
  CHECK(std::abs(moment(semicircle, 0, 4) - 2) <= 5 * std::sqrt(10.0 / n));
  CHECK(*std::max_element(semicircle.begin(), semicircle.end()) <= 2.1);

  for (const double each : draw("two_point")) CHECK(std::abs(each) == doctest::Approx(1));

  const Vector outlier = draw("outlier");
  const double root = std::sqrt(static_cast<double>(n - 1));
  CHECK(outlier(0) == doctest::Approx(root));
  for (std::size_t i = 1; i < n; ++i) CHECK(outlier(i) == doctest::Approx(-1 / root));
}

TEST_CASE("spectra that cannot be are refused") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(sample_eigenvalues("gaussian", 0, 0, 1, stream), Error);
  CHECK_THROWS_AS(sample_eigenvalues("gaussian", 1, 0, 1, stream), Error);
  CHECK_THROWS_AS(sample_eigenvalues("gaussian", 4, 0, -1, stream), Error);
  CHECK_THROWS_AS(sample_eigenvalues("gaussian", 4, nan, 1, stream), Error);
  CHECK_THROWS_AS(sample_eigenvalues("gaussian", 4, 0, nan, stream), Error);
  CHECK_THROWS_WITH_AS(sample_eigenvalues("round", 4, 0, 1, stream),
                       "no shape of a spectrum 'round'; there are gaussian, semicircle, two_point, outlier",
                       Error);
}
