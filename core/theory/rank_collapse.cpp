#include "core/theory/rank_collapse.hpp"

#include <algorithm>
#include <cmath>
#include <xtensor-blas/xlinalg.hpp>
#include <xtensor/xview.hpp>

namespace qklab {

double cubic_bound(const Matrix& deviation, double qk_norm, double value_norm, double temperature) {
  double longest = 0;
  for (std::size_t t = 0; t < deviation.shape(0); ++t) {
    longest = std::max(longest, frobenius_norm(xt::view(deviation, xt::range(t, t + 1), xt::all())));
  }
  return value_norm * frobenius_norm(deviation) * std::expm1(2 * qk_norm / temperature * longest * longest);
}

Vector rank_one_limit(const Vector& mean, const std::vector<Matrix>& values) {
  Vector limit = mean;
  for (const Matrix& value : values) limit = xt::linalg::dot(limit, value);
  return limit;
}

}  // namespace qklab
