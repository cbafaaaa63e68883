// Inner loops against slow, obvious versions in long double, at lengths around those of SIMD registers.
#include <cmath>
#include <limits>
#include <numeric>

#include "core/kernels/fused/crossentropy.hpp"
#include "core/kernels/fused/layernorm.hpp"
#include "core/kernels/fused/normalizers.hpp"
#include "core/kernels/gemm.hpp"
#include "core/kernels/matrix.hpp"
#include "core/kernels/strided.hpp"
#include "tests/autodiff/support.hpp"

namespace qklab::autodiff {
namespace {

using Real = long double;
using Reals = std::vector<Real>;

const std::vector<std::size_t> lengths = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 64, 100};

template <class T> constexpr double epsilon = static_cast<double>(std::numeric_limits<T>::epsilon());

template <class T> std::vector<T> normals(std::size_t n, std::uint64_t seed, double deviation = 1) {
  std::vector<T> x(n);
  fill_normal(std::span<T>(x), Stream(seed, n, "kernels"), 0, deviation);
  return x;
}

Reals softmax_reference(const Reals& x) {
  Reals y;
  Real sum = 0;
  for (Real a : x) sum += std::exp(a);
  for (Real a : x) y.push_back(std::exp(a) / sum);
  return y;
}

// Martins & Astudillo (2016), algorithm 1: sorts, and takes the longest prefix that stays positive.
Reals sparsemax_reference(const Reals& x) {
  Reals sorted = x, y;
  std::ranges::sort(sorted, std::greater());
  Real sum = 0, tau = 0;
  for (std::size_t k = 1; k <= x.size(); ++k) {
    sum += sorted[k - 1];
    if (1 + static_cast<Real>(k) * sorted[k - 1] > sum) tau = (sum - 1) / static_cast<Real>(k);
  }
  for (Real a : x) y.push_back(std::max(a - tau, Real{0}));
  return y;
}

Reals piecewise_reference(const Reals& x) {
  const Real n = static_cast<Real>(x.size()), mean = std::accumulate(x.begin(), x.end(), Real{0}) / n;
  Reals y;
  for (Real a : x) y.push_back(std::clamp((1 + a - mean) / n, Real{0}, Real{1}));
  return y;
}

template <class Normalizer, class T> void compare_normalizer(Reals (*reference)(const Reals&)) {
  for (const std::size_t n : lengths) {
    for (const double deviation : {0.01, 1.0, 30.0}) {
      const std::vector<T> x = normals<T>(n, 1, deviation);
      std::vector<T> y(n);
      Normalizer::forward(n, x.data(), y.data());
      CAPTURE(n);
      CAPTURE(deviation);
      // Scores of size s are known to s epsilon, and so are differences of them.
      CHECK(relative_distance(y, reference(Reals(x.begin(), x.end()))) <= 8 * epsilon<T> * (1 + deviation));
    }
  }
}

TEST_CASE_TEMPLATE("normalizers", T, float, double) {
  compare_normalizer<kernels::Softmax, T>(softmax_reference);
  compare_normalizer<kernels::Sparsemax, T>(sparsemax_reference);
  compare_normalizer<kernels::PiecewiseSoftmax, T>(piecewise_reference);
}

template <class Normalizer> std::vector<float> normalized(std::vector<float> x) {
  std::vector<float> y(x.size());
  Normalizer::forward(x.size(), x.data(), y.data());
  return y;
}

TEST_CASE("softmax and sparsemax of large scores stay distributions") {
  CHECK(normalized<kernels::Softmax>({1e30f, 0, -1e30f}) == std::vector<float>{1, 0, 0});
  CHECK(normalized<kernels::Sparsemax>({1e30f, 0, -1e30f}) == std::vector<float>{1, 0, 0});
  CHECK(normalized<kernels::Softmax>({1e6f, 1e6f}) == std::vector<float>{0.5f, 0.5f});
  CHECK(normalized<kernels::Sparsemax>({1e6f, 1e6f}) == std::vector<float>{0.5f, 0.5f});
  CHECK(normalized<kernels::Sparsemax>({3, 3, 3, 3}) == std::vector<float>{0.25f, 0.25f, 0.25f, 0.25f});
}

TEST_CASE("a NaN or +inf makes the row NaN, so that divergence is seen") {
  const auto is_nan = [](float y) { return std::isnan(y); };
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    for (std::size_t at = 0; at < 3; ++at) {
      std::vector<float> x = {1, 2, 3};
      x[at] = bad;
      CHECK(std::ranges::all_of(normalized<kernels::Softmax>(x), is_nan));
      CHECK(std::ranges::all_of(normalized<kernels::Sparsemax>(x), is_nan));
      CHECK(is_nan(normalized<kernels::PiecewiseSoftmax>(x)[at]));
    }
  }
}

TEST_CASE_TEMPLATE("layer norm", T, float, double) {
  for (const std::size_t n : lengths) {
    const std::size_t rows = 3;
    const std::vector<T> x = normals<T>(rows * n, 1, 5), gain = normals<T>(n, 2), bias = normals<T>(n, 3);
    std::vector<T> y(rows * n), kept(2 * rows);
    kernels::layer_norm(rows, n, T(1e-5), x.data(), gain.data(), bias.data(), y.data(), kept.data());
    Reals expected;
    for (std::size_t r = 0; r < rows; ++r) {
      const Reals row(x.begin() + static_cast<long>(r * n), x.begin() + static_cast<long>((r + 1) * n));
      const Real mean = std::accumulate(row.begin(), row.end(), Real{0}) / static_cast<Real>(n);
      Real variance = 0;
      for (Real a : row) variance += (a - mean) * (a - mean) / static_cast<Real>(n);
      for (std::size_t i = 0; i < n; ++i) {
        expected.push_back(gain[i] * (row[i] - mean) / std::sqrt(variance + Real(T(1e-5))) + bias[i]);
      }
    }
    CAPTURE(n);
    CHECK(relative_distance(y, expected) <= 32 * epsilon<T>);
  }
}

TEST_CASE_TEMPLATE("cross-entropy", T, float, double) {
  for (const std::size_t classes : lengths) {
    const std::size_t rows = 5;
    const std::vector<T> logits = normals<T>(rows * classes, 1, 3);
    std::vector<std::int32_t> targets = {0, -1, static_cast<std::int32_t>(classes - 1), 0, -1};
    std::vector<T> gradient(rows * classes);
    Real expected = 0;
    for (const std::size_t r : {0u, 2u, 3u}) {
      Real sum = 0;
      for (std::size_t i = 0; i < classes; ++i) sum += std::exp(Real(logits[r * classes + i]));
      expected += (std::log(sum) - logits[r * classes + static_cast<std::size_t>(targets[r])]) / 3;
    }
    const T loss = kernels::cross_entropy(rows, classes, -1, logits.data(), targets.data(), gradient.data());
    CHECK(relative_distance(std::vector{loss}, Reals{expected}) <= 16 * epsilon<T>);
  }
}

TEST_CASE_TEMPLATE("sums, the empty one included", T, float, double) {
  for (std::size_t n = 0; n <= 100; ++n) {
    const std::vector<T> x = normals<T>(n, 1);
    const T sum = kernels::sum_of<T>(n, [&](std::size_t i) { return x[i]; });
    const Real expected = std::accumulate(x.begin(), x.end(), Real{0});
    CHECK(std::abs(static_cast<double>(sum - expected)) <= 8 * epsilon<T> * static_cast<double>(n));
  }
}

TEST_CASE("axes are swapped as their indices say") {
  const std::size_t outer = 2, a = 3, middle = 4, b = 5, inner = 6, n = outer * a * middle * b * inner;
  const std::vector<double> x = normals<double>(n, 1);
  std::vector<double> y(n), twice(n, 1.0);
  kernels::swap_axes<kernels::Assign>(outer, a, middle, b, inner, x.data(), y.data());
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t e = i % inner, j = i / inner % b, m = i / inner / b % middle,
                      k = i / inner / b / middle % a;
    const std::size_t o = i / inner / b / middle / a;
    REQUIRE(y[(((o * b + j) * middle + m) * a + k) * inner + e] == x[i]);
  }
  kernels::swap_axes<kernels::Accumulate>(outer, b, middle, a, inner, y.data(), twice.data());
  for (std::size_t i = 0; i < n; ++i) REQUIRE(twice[i] == 1 + x[i]);
}

TEST_CASE_TEMPLATE("gemm, every transposition, within wider matrices", T, float, double) {
  const int m = 3, n = 5, k = 7, gap = 2;
  for (const bool ta : {false, true}) {
    for (const bool tb : {false, true}) {
      const int lda = (ta ? m : k) + gap, ldb = (tb ? k : n) + gap, ldc = n + gap;
      const std::vector<T> a = normals<T>(100, 1), b = normals<T>(100, 2), c = normals<T>(100, 3);
      std::vector<T> y = c;
      Reals expected(c.begin(), c.end());
      for (int i = 0; i < m; ++i) {
        for (int j = 0; j < n; ++j) {
          Real sum = 0;
          for (int l = 0; l < k; ++l) {
            const int at_a = ta ? l * lda + i : i * lda + l, at_b = tb ? j * ldb + l : l * ldb + j;
            sum += Real(a[static_cast<std::size_t>(at_a)]) * b[static_cast<std::size_t>(at_b)];
          }
          Real& element = expected[static_cast<std::size_t>(i * ldc + j)];
          element = 2 * sum + element / 2;
        }
      }
      kernels::gemm(ta, tb, m, n, k, T(2), a.data(), lda, b.data(), ldb, T(0.5), y.data(), ldc);
      CHECK(relative_distance(y, expected) <= 16 * epsilon<T>);
    }
  }
}

TEST_CASE("power iteration of a diagonal matrix, and of zero") {
  const std::vector<double> w = {1, 0, 0, 0, -3, 0}, zero(6);  // (2,3)
  std::vector<double> u(2), v = {1, 1, 1};
  double sigma = 0;
  for (int step = 0; step < 100; ++step) sigma = kernels::power_step(2, 3, w.data(), u.data(), v.data());
  CHECK(std::abs(sigma - 3) <= 1e-14);
  CHECK(std::abs(u[1] * v[1] + 1) <= 1e-14);
  CHECK(kernels::power_step(2, 3, zero.data(), u.data(), v.data()) == 0);
  CHECK(v == std::vector<double>{0, 0, 0});
}

}  // namespace
}  // namespace qklab::autodiff
