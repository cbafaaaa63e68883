#include "core/theory/entropy_bound.hpp"

#include <fmt/format.h>

#include <cmath>
#include <xtensor-blas/xlinalg.hpp>

#include "core/base/error.hpp"

namespace qklab {

double entropy_bound(double norm, std::size_t keys) {
  if (norm < 0 || keys == 0) {
    throw Error(
        fmt::format("entropy bound: expected a norm of at least 0 and 1 key, got {} and {}", norm, keys));
  }
  if (keys == 1) return 0;
  const auto others = static_cast<double>(keys - 1);
  const double gap = norm * std::sqrt(static_cast<double>(keys) / others);  // large logit minus the others
  const double rest = others * std::exp(-gap);                         // their weight; the large one's is 1
  return std::log1p(rest) + (rest > 0 ? gap * rest / (1 + rest) : 0);  // avoids inf * 0
}

double logit_norm_bound(const Matrix& tokens, const Matrix& qk, double temperature) {
  const double of_tokens = xt::linalg::norm(tokens, 2), of_qk = xt::linalg::norm(qk, 2);
  return of_qk * of_tokens * of_tokens / temperature;
}

}  // namespace qklab
