#include "core/spectrum/statistics.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "core/base/error.hpp"

using namespace qklab;

TEST_CASE("statistics of a small matrix that can be worked out by hand") {
  const Matrix w = {{1, 2}, {3, 5}};
  const SpectrumStatistics s = spectrum_statistics(w);
  CHECK(s.mean == doctest::Approx(3).epsilon(1e-14));
  CHECK(s.variance == doctest::Approx((1 + 2 * 2 * 3 + 25) / 2.0 - 9).epsilon(1e-14));
  CHECK(s.frobenius_variance == doctest::Approx((1 + 4 + 9 + 25) / 2.0 - 9).epsilon(1e-14));
  // The singular values' squares are the roots of x^2 - 39 x + 1.
  CHECK(s.spectral_norm == doctest::Approx(std::sqrt((39 + std::sqrt(39.0 * 39 - 4)) / 2)).epsilon(1e-14));
}

TEST_CASE("a rotation has complex eigenvalues and a negative variance") {
  const double angle = 0.7;
  const Matrix w = {{std::cos(angle), -std::sin(angle)}, {std::sin(angle), std::cos(angle)}};
  const SpectrumStatistics s = spectrum_statistics(w);
  CHECK(s.mean == doctest::Approx(std::cos(angle)).epsilon(1e-14));
  CHECK(s.variance == doctest::Approx(-std::sin(angle) * std::sin(angle)).epsilon(1e-14));
  CHECK(s.frobenius_variance == doctest::Approx(std::sin(angle) * std::sin(angle)).epsilon(1e-14));
  CHECK(s.spectral_norm == doctest::Approx(1).epsilon(1e-14));
  auto l = eigenvalues(w);
  std::sort(l.begin(), l.end(), [](auto a, auto b) { return a.imag() < b.imag(); });
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(l(i).real() == doctest::Approx(std::cos(angle)).epsilon(1e-14));
    CHECK(l(i).imag() == doctest::Approx(i == 0 ? -std::sin(angle) : std::sin(angle)).epsilon(1e-14));
  }
}

TEST_CASE("eigenvalues of a symmetric matrix are real and ascend") {
  const Vector l = symmetric_eigenvalues({{2, 1}, {1, 2}});
  CHECK(l(0) == doctest::Approx(1).epsilon(1e-14));
  CHECK(l(1) == doctest::Approx(3).epsilon(1e-14));
}

TEST_CASE("a small variance beside a large mean is not lost to cancellation") {
  const SpectrumStatistics s = spectrum_statistics({{1e6, 1e-3}, {1e-3, 1e6}});
  CHECK(s.variance == doctest::Approx(1e-6).epsilon(1e-12));
}

TEST_CASE("what is not square is refused") {
  CHECK_THROWS_AS(spectrum_statistics(Matrix({2, 3}, 1.0)), Error);
  CHECK_THROWS_AS(eigenvalues(Matrix({0, 0})), Error);
  CHECK(spectral_norm({{3, 4}}) == doctest::Approx(5).epsilon(1e-14));
}
