#include "core/stats/correlation.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/base/nan.hpp"
#include "core/stats/intervals.hpp"

namespace qklab {
namespace {

std::size_t count_different(std::span<const double> x) {
  std::vector<double> sorted(x.begin(), x.end());
  std::sort(sorted.begin(), sorted.end());
  return static_cast<std::size_t>(std::unique(sorted.begin(), sorted.end()) - sorted.begin());
}

std::vector<double> ranks(std::span<const double> x) {
  std::vector<std::size_t> order(x.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) { return x[i] < x[j]; });
  std::vector<double> rank(x.size());
  for (std::size_t from = 0, to = 0; from < x.size(); from = to) {
    while (to < x.size() && x[order[to]] == x[order[from]]) ++to;
    for (std::size_t k = from; k < to; ++k) rank[order[k]] = 0.5 * static_cast<double>(from + to - 1);
  }
  return rank;
}

// Sums of squares and products about the means.
struct Moments {
  double xx = 0, xy = 0, yy = 0;
};
Moments moments(std::span<const double> x, std::span<const double> y) {
  const double mx = mean(x), my = mean(y);
  Moments m;
  for (std::size_t i = 0; i < x.size(); ++i) {
    m.xx += (x[i] - mx) * (x[i] - mx);
    m.xy += (x[i] - mx) * (y[i] - my);
    m.yy += (y[i] - my) * (y[i] - my);
  }
  return m;
}

}  // namespace

bool all_finite(std::span<const double> x) {
  return std::all_of(x.begin(), x.end(), [](double v) { return std::isfinite(v); });
}

double rank_correlation(std::span<const double> x, std::span<const double> y) {
  if (!all_finite(x) || !all_finite(y) || count_different(x) < 3) return nan;
  const Moments m = moments(ranks(x), ranks(y));
  return m.yy > 0 ? m.xy / std::sqrt(m.xx * m.yy) : 0;
}

double least_squares_slope(std::span<const double> x, std::span<const double> y) {
  if (!all_finite(x) || !all_finite(y) || count_different(x) < 2) return nan;
  const Moments m = moments(x, y);
  return m.xy / m.xx;
}

double gini(std::vector<double> x) {
  std::ranges::sort(x);
  double sum = 0, ranked = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    sum += x[i];
    ranked += static_cast<double>(i + 1) * x[i];
  }
  const auto n = static_cast<double>(x.size());
  return 2 * ranked / (n * sum) - (n + 1) / n;
}

}  // namespace qklab
