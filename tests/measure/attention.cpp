#include "core/measure/attention.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "core/base/error.hpp"

namespace qklab {
namespace {

TEST_CASE("attention: uniform and one-hot rows are the two ends of every measure") {
  const Matrix uniform = xt::ones<double>({4, 4}) * 0.25;
  AttentionMeasures m = measure_attention(uniform);
  CHECK(m.entropy == doctest::Approx(std::log(4)));
  CHECK(m.entropy_ratio == doctest::Approx(1));
  CHECK(m.participation == doctest::Approx(4));
  CHECK(m.effective_keys == doctest::Approx(4));
  CHECK(m.largest_weight == doctest::Approx(0.25));
  CHECK(m.distance == doctest::Approx((6 + 4 + 4 + 6) / 16.0));

  m = measure_attention(xt::eye<double>(4));
  CHECK(m.entropy == 0);
  CHECK(m.entropy_ratio == 0);
  CHECK(m.participation == 1);
  CHECK(m.effective_keys == 1);
  CHECK(m.largest_weight == 1);
  CHECK(m.distance == 0);
}

TEST_CASE("attention: a causal row is compared with the keys that it sees") {
  const Matrix a = {{1, 0, 0}, {0.5, 0.5, 0}, {1 / 3.0, 1 / 3.0, 1 / 3.0}};
  CHECK(measure_attention(a, Mask::causal()).entropy_ratio == doctest::Approx(1));
  CHECK(measure_attention(a, Mask::none()).entropy_ratio ==
        doctest::Approx((std::log(2) / std::log(3) + 1) / 3));
}

TEST_CASE("attention: one key is uniform, a NaN weight is seen, other shapes are refused") {
  const AttentionMeasures one = measure_attention(Matrix{{1}});
  CHECK(one.entropy == 0);
  CHECK(one.entropy_ratio == 1);
  CHECK(one.participation == 1);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const AttentionMeasures bad = measure_attention(Matrix{{nan, 0.5}, {0.5, 0.5}});
  CHECK(std::isnan(bad.entropy));
  CHECK(std::isnan(bad.participation));
  CHECK_THROWS_AS(measure_attention(xt::ones<double>({2, 3})), Error);
  CHECK_THROWS_AS(measure_attention(xt::zeros<double>({0, 0})), Error);
}

}  // namespace
}  // namespace qklab
