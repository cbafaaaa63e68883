#include "core/theory/rank_collapse.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <xtensor-blas/xlinalg.hpp>

#include "core/base/stream.hpp"
#include "core/measure/forward_pass.hpp"
#include "tests/theory/support.hpp"

namespace qklab {
namespace {

TEST_CASE("cubic bound: no layer of attention leaves larger deviations, and small ones fall by cubes") {
  const Stream stream(5, 0, "cubic bound");
  for (std::uint64_t k = 0; k < 20; ++k) {
    const double size = std::pow(10.0, -0.5 * static_cast<double>(k));
    const Matrix w = normal(6, 6, 1, stream.substream(3 * k)),
                 v = normal(6, 6, 1, stream.substream(3 * k + 1));
    const Tokens common = split(normal(8, 6, 1, stream.substream(3 * k + 2)));
    const Tokens x{common.mean, common.deviation * size};
    const double w_norm = xt::linalg::norm(w, 2), v_norm = xt::linalg::norm(v, 2);
    const double bound = cubic_bound(x.deviation, w_norm, v_norm, 2);
    const double left = frobenius_norm(attend(x, w, v, 2).deviation);
    CHECK(left <= bound * (1 + 1e-12));
    CHECK(left > 0);
    if (size < 1e-2) {
      const double before = frobenius_norm(x.deviation);
      CHECK(bound <= 1.1 * w_norm * v_norm * before * before * before);
      CHECK(left >= 1e-4 * bound);  // not far below the bound either: the power is right
    }
  }
}

TEST_CASE("rank-one limit: what deep attention without skips ends at") {
  const Stream stream(6, 0, "limit");
  Tokens x = split(normal(7, 5, 1, stream));
  std::vector<Matrix> values;
  Vector mean;
  for (std::uint64_t layer = 0; layer < 8; ++layer) {
    const Matrix w = normal(5, 5, 0.3, stream.substream(2 * layer + 1));
    const Matrix v = normal(5, 5, 0.45, stream.substream(2 * layer + 2));
    if (layer == 5) mean = x.mean;  // from here on deviations are negligible
    if (layer >= 5) values.push_back(v);
    x = attend(x, w, v, 1);
  }
  const Vector limit = rank_one_limit(mean, values);
  const double scale = xt::linalg::norm(limit, 2);
  for (std::size_t j = 0; j < 5; ++j) CHECK(std::abs(x.mean(j) - limit(j)) <= 1e-6 * scale);
  CHECK(measure_tokens(x).residual < 1e-20);
}

}  // namespace
}  // namespace qklab
