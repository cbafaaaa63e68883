#include "core/spectrum/matrices.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "core/base/error.hpp"

using namespace qklab;

namespace {

Stream stream_of(std::uint64_t seed) { return Stream(seed, 0, "test"); }

// a b by its definition.
Matrix plain_product(const Matrix& a, const Matrix& b) {
  Matrix out({a.shape(0), b.shape(1)}, 0.0);
  for (std::size_t i = 0; i < a.shape(0); ++i)
    for (std::size_t j = 0; j < b.shape(1); ++j)
      for (std::size_t k = 0; k < b.shape(0); ++k) out(i, j) += a(i, k) * b(k, j);
  return out;
}

Matrix transposed(const Matrix& a) { return xt::transpose(a); }

double trace(const Matrix& a) {
  double sum = 0;
  for (std::size_t i = 0; i < a.shape(0); ++i) sum += a(i, i);
  return sum;
}

double largest_difference(const Matrix& a, const Matrix& b) {
  REQUIRE(a.shape() == b.shape());
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = std::abs(a.data()[i] - b.data()[i]);
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

Matrix identity(std::size_t n) { return xt::eye<double>(n); }

void check_moments(const Matrix& w, double mean, double variance) {
  const auto d = static_cast<double>(w.shape(0));
  const double scale = mean * mean + variance + 1e-300;
  CHECK(std::abs(trace(w) / d - mean) <= 1e-13 * std::sqrt(scale));
  CHECK(std::abs(trace(plain_product(w, w)) / d - mean * mean - variance) <= 1e-12 * scale);
}

}  // namespace

TEST_CASE("Haar matrices have orthonormal columns") {
  for (const std::size_t n : {1u, 2u, 16u, 64u, 256u}) {
    for (const std::size_t columns : {std::size_t{1}, (n + 1) / 2, n}) {
      const Matrix q = haar_orthonormal(n, columns, stream_of(n));
      REQUIRE(q.shape(0) == n);
      REQUIRE(q.shape(1) == columns);
      CHECK(largest_difference(plain_product(transposed(q), q), identity(columns)) <= 1e-13);
    }
  }
  CHECK_THROWS_AS(haar_orthonormal(2, 3, stream_of(0)), Error);
  CHECK_THROWS_AS(haar_orthonormal(2, 0, stream_of(0)), Error);
}

TEST_CASE("Haar matrices prefer no direction and no sign") {
  // Each entry of Q has mean 0 and variance 1/n; tr(Q) has mean 0 and variance 1 for n >= 2. Without the
  // signs fixed, LAPACK's diagonal of Q would be mostly negative.
  const std::size_t n = 4, draws = 4000;
  double sum = 0, squares = 0, first = 0;
  for (std::size_t i = 0; i < draws; ++i) {
    const Matrix q = haar_orthonormal(n, n, stream_of(i));
    sum += trace(q);
    squares += trace(q) * trace(q);
    first += q(0, 0) * q(0, 0);
  }
  const double count = draws;
  CHECK(std::abs(sum / count) <= 5 / std::sqrt(count));
  CHECK(std::abs(squares / count - 1) <= 5 * std::sqrt(2 / count));
  CHECK(std::abs(first / count - 0.25) <= 5 * 0.25 / std::sqrt(count));
}

TEST_CASE("a symmetric matrix has the prescribed mean and variance to rounding, whatever seed and shape") {
  for (const std::string& shape : spectrum_shape_names()) {
    CAPTURE(shape);
    for (const std::size_t d : {2u, 16u, 64u, 256u}) {
      CAPTURE(d);
      for (const auto& [mean, variance] : {std::pair{0.5, 1.0}, {0.0, 1e-4}, {-0.5, 100.0}, {2.0, 0.0}}) {
        const Matrix w = symmetric_matrix(d, {mean, variance, shape}, stream_of(d));
        check_moments(w, mean, variance);
        CHECK(largest_difference(w, transposed(w)) == 0);
        const SpectrumStatistics s = spectrum_statistics(w);
        CHECK(s.variance == doctest::Approx(s.frobenius_variance).epsilon(1e-13));
      }
    }
  }
}

TEST_CASE("a symmetric matrix has the eigenvalues it was made of") {
  for (const std::size_t d : {1u, 2u, 16u, 64u}) {
    const double variance = d == 1 ? 0 : 3;
    Vector l = sample_eigenvalues("gaussian", d, 0.3, variance, stream_of(1));
    const Vector found =
        symmetric_eigenvalues(matrix_with_eigenvalues(haar_orthonormal(d, d, stream_of(2)), l));
    std::sort(l.begin(), l.end());
    for (std::size_t i = 0; i < d; ++i) CHECK(std::abs(found(i) - l(i)) <= 1e-12);
  }
  CHECK_THROWS_AS(matrix_with_eigenvalues(identity(3), Vector{1, 1}), Error);
}

TEST_CASE("a non-symmetric matrix has the prescribed traces, and a Frobenius twin beyond them") {
  for (const std::size_t d : {2u, 16u, 64u, 256u}) {
    CAPTURE(d);
    for (const double asymmetry : {0.0, 0.5, 1.0, 8.0}) {
      CAPTURE(asymmetry);
      for (const auto& [mean, variance] : {std::pair{0.5, 1.0}, {-0.5, 100.0}, {2.0, 0.0}}) {
        const Matrix w = nonsymmetric_matrix(d, {mean, variance}, asymmetry, stream_of(d));
        check_moments(w, mean, variance);
        CHECK(spectrum_statistics(w).frobenius_variance ==
              doctest::Approx((1 + 2 * asymmetry) * variance).epsilon(1e-12));
      }
    }
  }
  CHECK_THROWS_AS(nonsymmetric_matrix(4, {0, 1}, -1, stream_of(0)), Error);
  CHECK_THROWS_AS(nonsymmetric_matrix(1, {0, 1}, 1, stream_of(0)), Error);
}

TEST_CASE("factors multiply to the symmetric matrix of their eigenvalues") {
  for (const std::size_t d : {2u, 16u, 64u, 256u}) {
    const Matrix q = haar_orthonormal(d, d, stream_of(d));
    const Vector l = sample_eigenvalues("gaussian", d, 0.1, 2, stream_of(d + 1));
    const Factors f = factors_with_eigenvalues(q, l);
    CHECK(largest_difference(product(f), matrix_with_eigenvalues(q, l)) <= 1e-13);
    CHECK(largest_difference(product(f), plain_product(f.query, transposed(f.key))) <= 1e-13);
  }
}

TEST_CASE(
    "a narrow head's spectrum is that of W_k^T W_q: W's eigenvalues without the zeros that must be there") {
  const std::size_t d = 16, h = 4;
  for (const std::string& shape : spectrum_shape_names()) {
    CAPTURE(shape);
    const Factors f = symmetric_factors(d, h, {0.5, 2, shape}, stream_of(3));
    REQUIRE(f.query.shape(0) == d);
    REQUIRE(f.query.shape(1) == h);
    REQUIRE(f.key.shape() == f.query.shape());
    check_moments(plain_product(transposed(f.key), f.query), 0.5, 2);

    const SpectrumStatistics s = spectrum_statistics(f);
    CHECK(s.mean == doctest::Approx(0.5).epsilon(1e-13));
    CHECK(s.variance == doctest::Approx(2).epsilon(1e-13));
    CHECK(s.frobenius_variance == doctest::Approx(2).epsilon(1e-13));

    Vector small = symmetric_eigenvalues(plain_product(transposed(f.key), f.query));
    Vector large = symmetric_eigenvalues(product(f));
    CHECK(s.spectral_norm == doctest::Approx(std::max(-large(0), large(d - 1))).epsilon(1e-13));
    const auto by_size = [](double a, double b) { return std::abs(a) < std::abs(b); };
    std::sort(large.begin(), large.end(), by_size);
    std::sort(small.begin(), small.end(), by_size);
    for (std::size_t i = 0; i < d - h; ++i) CHECK(std::abs(large(i)) <= 1e-13);
    for (std::size_t i = 0; i < h; ++i)
      CHECK(std::abs(large(d - h + i)) == doctest::Approx(std::abs(small(i))).epsilon(1e-12));
  }
}

TEST_CASE("statistics of a full head's factors are those of their product") {
  const Factors f{{{1, 2}, {3, 4}}, {{0.5, -1}, {2, 1}}};
  const SpectrumStatistics of_factors = spectrum_statistics(f), of_product = spectrum_statistics(product(f));
  CHECK(of_factors.mean == doctest::Approx(of_product.mean).epsilon(1e-14));
  CHECK(of_factors.variance == doctest::Approx(of_product.variance).epsilon(1e-14));
  CHECK(of_factors.frobenius_variance == doctest::Approx(of_product.frobenius_variance).epsilon(1e-14));
  CHECK(of_factors.spectral_norm == doctest::Approx(of_product.spectral_norm).epsilon(1e-14));
}

TEST_CASE("statistics of what is not finite are NaN") {
  for (const double bad : {NAN, INFINITY, -INFINITY}) {
    const Factors f{{{1, bad}, {3, 4}}, {{0.5, -1}, {2, 1}}};
    CHECK(std::isnan(spectrum_statistics(f).spectral_norm));
    CHECK(std::isnan(spectrum_statistics(f.query).spectral_norm));
  }
}

TEST_CASE("the same stream gives the same matrix, another stream another") {
  const Spectrum spectrum{0.5, 1, "gaussian"};
  CHECK(symmetric_matrix(8, spectrum, stream_of(1)) == symmetric_matrix(8, spectrum, stream_of(1)));
  CHECK(symmetric_matrix(8, spectrum, stream_of(1)) != symmetric_matrix(8, spectrum, stream_of(2)));
}

TEST_CASE("singular values of factors are those of their product, and the others are 0") {
  const Stream stream = stream_of(31);
  Factors factors{haar_orthonormal(20, 6, stream.substream(1)), haar_orthonormal(20, 6, stream.substream(2))};
  for (std::size_t j = 0; j < 6; ++j)
    for (std::size_t i = 0; i < 20; ++i) factors.query(i, j) *= std::pow(0.1, static_cast<double>(j));
  const Vector ours = singular_values(factors), whole = singular_values(product(factors));
  REQUIRE(ours.size() == 6);
  for (std::size_t j = 0; j < 6; ++j) CHECK(std::abs(ours(j) - whole(j)) < 1e-8);
  for (std::size_t j = 6; j < 20; ++j) CHECK(whole(j) < 1e-12);
  factors.key(3, 1) = std::numeric_limits<double>::quiet_NaN();
  CHECK(std::isnan(singular_values(factors)(0)));
}
