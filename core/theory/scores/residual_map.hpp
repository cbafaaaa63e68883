// How alike tokens become with depth, from the eigenspectrum: the map of their mean cosine through one layer.
//
// Tokens of mean square q d and mean product q c d over pairs are a common vector and deviations of share 1 - c
// that are independent, as they are at the first layer. W has mean mu and variance sigma^2, eta = mu^2 +
// sigma^2, and is drawn anew for each layer. What is common to the keys adds the same to all scores of a query
// and does not count, so scores have variance v = eta (1 - c), a share c of which is common to all queries, and
// the planted score has mean mu sqrt(d) (1 - c) and variance 2 sigma^2 (1 - c)^2 (in units of sqrt(d) /
// temperature). With X and Y the overlap of two queries' weights and of a query's with itself,
//     own product   Q = c + (1 - c) (Y + tilt),
//     pair product  R = c + (1 - c) (X + c tilt)
// of the attended tokens. The tilt is what of the attended deviations lies along W x_t: E sum_(s != s') p_ts p_ts'
// z_ts z_ts' / d for standardized scores z. By it a query's output depends on the query even if all weights are
// small; it is log T / d at most, and the two queries' directions have cosine c. Values that are
// orthogonal, or Gaussian, leave these products as they are. Without skips c' = R / Q, and with skips of scale
// a, q' = q + a^2 Q and q' c' = q c + a^2 R.
// The theory fails once deviations of different tokens are correlated: see docs/theory.md.
#pragma once

#include <cstddef>
#include <vector>

#include "core/theory/token_similarity.hpp"

namespace qklab {

struct ResidualSetting {
  double mean = 0;
  double variance = 1;
  std::size_t dim = 64;
  std::size_t length = 64;
  double temperature = 8;
  double skip_scale = 0;  // 0: no skips
  SimilarityNorm norm = SimilarityNorm::pre;
};

// 1 - c after a layer without skips, from 1 - c before it.
double next_deviation(double deviation, const ResidualSetting& setting);

// The residual sqrt((1 - c)(1 - 1/T)) of independent tokens of unit mean square and of the output of layers
// 1 .. depth. Throws Error for a setting with a length or width of 0, or a temperature that is not positive.
std::vector<double> residual_theory(std::size_t depth, const ResidualSetting& setting);

}  // namespace qklab
