#include "core/theory/entropy_bound.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <xtensor-blas/xlinalg.hpp>

#include "core/base/error.hpp"
#include "core/base/stream.hpp"
#include "core/measure/forward_pass.hpp"
#include "tests/theory/support.hpp"

namespace qklab {
namespace {

TEST_CASE("entropy bound: attained by one large logit and equal others") {
  for (const std::size_t keys : {2u, 3u, 17u}) {
    const auto n = static_cast<double>(keys);
    for (const double norm : {0.0, 0.1, 1.0, 7.0}) {
      // Centred logits of this norm: (n-1) a and -a, with a = norm / sqrt(n (n-1)).
      const double a = norm / std::sqrt(n * (n - 1));
      const double top = std::exp((n - 1) * a), rest = std::exp(-a), sum = top + (n - 1) * rest;
      const double entropy = -top / sum * std::log(top / sum) - (n - 1) * rest / sum * std::log(rest / sum);
      CHECK(entropy_bound(norm, keys) == doctest::Approx(entropy).epsilon(1e-12));
    }
  }
}

TEST_CASE("entropy bound: falls from log T to 0, which it reaches without overflow") {
  CHECK(entropy_bound(0, 64) == doctest::Approx(std::log(64)));
  double before = std::log(64) + 1e-12;
  for (double norm = 0; norm < 50; norm += 0.5) {
    const double now = entropy_bound(norm, 64);
    CHECK(now <= before);
    before = now;
  }
  CHECK(entropy_bound(1e300, 64) == 0);
  CHECK(entropy_bound(std::numeric_limits<double>::infinity(), 64) == 0);
  CHECK(entropy_bound(3, 1) == 0);
  CHECK_THROWS_AS(entropy_bound(-1, 4), Error);
  CHECK_THROWS_AS(entropy_bound(1, 0), Error);
}

TEST_CASE("entropy bound: no row of random attention is below it") {
  const Stream stream(3, 0, "entropy bound");
  for (std::uint64_t k = 0; k < 40; ++k) {
    const std::size_t length = 2 + k % 9, dim = 1 + k % 5;
    const Matrix x = normal(length, dim, 1, stream.substream(2 * k));
    const Matrix w =
        normal(dim, dim, std::exp(0.2 * static_cast<double>(k) - 5), stream.substream(2 * k + 1));
    const double bound = entropy_bound(logit_norm_bound(x, w, 2), length);
    for (const double h : row_entropy(attention_weights(x, w, 2))) CHECK(h >= bound - 1e-12);
  }
}

}  // namespace
}  // namespace qklab
