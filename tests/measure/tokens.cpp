#include "core/measure/tokens.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "core/base/error.hpp"

namespace qklab {
namespace {

TEST_CASE("tokens: orthonormal tokens have full rank, equal ones rank 1") {
  const TokenMeasures apart = measure_tokens(split(xt::eye<double>(5)));
  CHECK(apart.residual == doctest::Approx(std::sqrt(4.0 / 5)));
  CHECK(apart.cosine == doctest::Approx(0));
  CHECK(apart.stable_rank == doctest::Approx(5));
  CHECK(apart.effective_rank == doctest::Approx(5));

  const TokenMeasures same = measure_tokens(split(xt::ones<double>({6, 3})));
  CHECK(same.residual == 0);
  CHECK(same.dong_residual == 0);
  CHECK(same.cosine == doctest::Approx(1));
  CHECK(same.stable_rank == doctest::Approx(1));
  CHECK(same.effective_rank == doctest::Approx(1));
}

TEST_CASE("tokens: zero tokens, one token, a zero token among others") {
  const TokenMeasures zero = measure_tokens(split(xt::zeros<double>({3, 2})));
  CHECK(zero.residual == 0);
  CHECK(zero.dong_residual == 0);
  CHECK(zero.cosine == 0);
  CHECK(zero.stable_rank == 0);
  CHECK(zero.effective_rank == 0);

  const TokenMeasures one = measure_tokens(split(Matrix{{3, 4}}));
  CHECK(one.residual == 0);
  CHECK(one.cosine == 1);
  CHECK(one.stable_rank == doctest::Approx(1));

  // Pairs: the two equal tokens count 1, each with the zero token counts 0.
  CHECK(measure_tokens(split(Matrix{{1, 1}, {0, 0}, {2, 2}})).cosine == doctest::Approx(1.0 / 3));
  CHECK_THROWS_AS(split(xt::zeros<double>({0, 2})), Error);
}

TEST_CASE("tokens: a NaN shows in every measure") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const TokenMeasures m = measure_tokens(split(Matrix{{1, nan}, {0, 2}, {1, 1}}));
  for (const double v : {m.residual, m.dong_residual, m.cosine, m.stable_rank, m.effective_rank})
    CHECK(std::isnan(v));
}

TEST_CASE("tokens: norms whose squares underflow") {
  const Matrix tiny = {{3e-200, 0}, {0, 4e-200}};
  CHECK(frobenius_norm(tiny) == doctest::Approx(5e-200));
  CHECK(dong_norm(tiny) == doctest::Approx(4e-200));
  const Tokens tokens{{1, 0}, Matrix{{1e-200, 0}, {-1e-200, 0}}};
  CHECK(measure_tokens(tokens).residual == doctest::Approx(1e-200).epsilon(1e-12));
}

}  // namespace
}  // namespace qklab
