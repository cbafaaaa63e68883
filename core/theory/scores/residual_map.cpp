#include "core/theory/scores/residual_map.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/error.hpp"
#include "core/theory/scores/overlap.hpp"

namespace qklab {

namespace {

// Of tokens with mean square `own`: their products, and how far those of pairs stay behind, which keeps its
// digits when tokens are nearly the same.
struct Products {
  double own = 1, deviation = 1;

  double share() const { return own > 0 ? deviation / own : 0; }  // 1 - c
};

// Beyond this variance of the scores nearly all weight is on one token, whatever the variance: E sum p^2 is 0.963 for 64
// tokens, and scores of any scale have the same greatest one. Integrals over wider scores would only take longer.
constexpr double widest = 1e4;

// Of the attended tokens. `seen` is what attention sees.
Products attended(const Products& seen, const ResidualSetting& setting) {
  const double deviation = seen.share(), c = 1 - deviation, d = static_cast<double>(setting.dim);
  const double eta = setting.mean * setting.mean + setting.variance;
  const double scale = seen.own * std::sqrt(d) / setting.temperature,
               variance = scale * scale * eta * deviation;
  const double unit = variance > widest ? scale * std::sqrt(widest / variance) : scale;
  const double v = std::min(variance, widest);
  const double planted = unit * deviation;
  const Overlap overlap = attention_overlap(
      {c * v, deviation * v, planted * setting.mean * std::sqrt(d), 2 * setting.variance * planted * planted},
      setting.length);
  const double tilt = overlap.squared_tilt / d;
  Products out;
  out.own = seen.own * (c + deviation * (overlap.same + tilt));
  out.deviation = seen.own * deviation * (overlap.difference + deviation * tilt);
  return out;
}

void check(const ResidualSetting& setting) {
  if (setting.dim == 0 || setting.length == 0 || !(setting.temperature > 0))
    throw Error(fmt::format("residual_theory: no attention of width {}, length {} and temperature {}",
                            setting.dim, setting.length, setting.temperature));
}

}  // namespace

double next_deviation(double deviation, const ResidualSetting& setting) {
  check(setting);
  return attended({1, deviation}, setting).share();
}

std::vector<double> residual_theory(std::size_t depth, const ResidualSetting& setting) {
  check(setting);
  const double largest = 1 - 1 / static_cast<double>(setting.length), scale = setting.skip_scale;
  Products tokens;
  std::vector<double> residual = {std::sqrt(largest)};
  for (std::size_t layer = 0; layer < depth; ++layer) {
    if (setting.length > 1 && tokens.deviation > 0) {
      const bool before = setting.norm == SimilarityNorm::pre, after = setting.norm == SimilarityNorm::post;
      const Products seen = before ? Products{1, tokens.share()} : tokens, added = attended(seen, setting);
      tokens = scale > 0 ? Products{tokens.own + scale * scale * added.own,
                                    tokens.deviation + scale * scale * added.deviation}
                         : added;
      if (after || (before && scale == 0)) tokens = {1, tokens.share()};
    }
    residual.push_back(std::sqrt(tokens.share() * largest));
  }
  return residual;
}

}  // namespace qklab
