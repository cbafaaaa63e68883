#include "core/theory/random_attention.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <xtensor-blas/xlinalg.hpp>
#include <xtensor/xmath.hpp>

#include "core/base/array.hpp"
#include "core/base/stream.hpp"

using namespace qklab;

namespace {

Matrix gaussian(std::size_t n, std::uint64_t which) {
  Stream random = Stream(3, 0, "random attention").substream(which);
  Matrix x = xt::empty<double>({n, n});
  for (double& entry : x) entry = random.normal() / std::sqrt(static_cast<double>(n));
  return x;
}

// E f(e^w) for w ~ N(0, v), by the midpoint rule.
template <class F> double lognormal_mean(double v, F f) {
  double sum = 0;
  for (int i = 0; i < 40000; ++i) {
    const double z = -20 + 0.001 * (i + 0.5);
    sum += 0.001 * std::exp(-0.5 * z * z) / std::sqrt(2 * std::acos(-1.0)) * f(std::exp(std::sqrt(v) * z));
  }
  return sum;
}

}  // namespace

TEST_CASE("random attention: variance of a weight against quadrature") {
  for (const double v : {0.01, 0.3, 1.0, 2.0}) {
    const double m = lognormal_mean(v, [](double x) { return x; });
    const double square = lognormal_mean(v, [](double x) { return x * x; });
    CHECK(std::abs(weight_variance(v) - (square / (m * m) - 1)) <= 1e-8 * (1 + weight_variance(v)));
  }
}

TEST_CASE("random attention: edges and moments of products of Gaussian matrices") {
  const std::size_t n = 320;  // the largest of n values fluctuates by a few times n^(-2/3) = 0.02
  Matrix product = gaussian(n, 0);
  for (int k = 1; k <= 3; ++k) {
    if (k > 1) product = xt::linalg::dot(product, gaussian(n, static_cast<std::uint64_t>(k)));
    const Vector square = xt::square(std::get<1>(xt::linalg::svd(product, false, false)));
    const double mean = xt::mean(square)(), second = xt::mean(xt::square(square))();
    CHECK(std::abs(mean - 1) <= 0.05);
    CHECK(std::abs(second / (k + 1) - 1) <= 0.1);  // the moment on which outlier_gram_excess is based
    CHECK(std::abs(square(0) / product_edge(k) - 1) <= 0.1);
    CHECK(std::abs(xt::sum(square)() / square(0) / bulk_stable_rank(static_cast<double>(n), k) - 1) <= 0.1);
  }
  CHECK(product_edge(1) == doctest::Approx(4));
  CHECK(product_edge(2) == doctest::Approx(6.75));
}

TEST_CASE("random attention: first-order laws with the outlier") {
  const double v = 0.5, T = 1000, s = std::exp(v) - 1;
  CHECK(attention_bulk_edge(T, v) == doctest::Approx(2 * std::sqrt(s / T)));
  CHECK(outlier_stable_rank(T, v, 1) == doctest::Approx(1 + s));
  CHECK(outlier_gram_excess(T, v, 1, 1) == doctest::Approx(2 * s * s / T));
  // Doubling T divides the excess after three layers by 2^5.
  CHECK(outlier_gram_excess(T, v, 3, 6) / outlier_gram_excess(2 * T, v, 3, 6) == doctest::Approx(32));
}
