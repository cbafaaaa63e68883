#include "core/stats/comparison.hpp"

#include <cmath>
#include <limits>

namespace qklab {
namespace {

double mean_of_rows(const std::vector<double>& x, const std::vector<std::size_t>& rows) {
  double sum = 0;
  for (const std::size_t row : rows) sum += x[row];
  return sum / static_cast<double>(rows.size());
}

double statistic(const Comparison& c, const std::vector<std::size_t>& rows_a,
                 const std::vector<std::size_t>& rows_b) {
  const double left = mean_of_rows(c.a, rows_a);
  if (c.b.empty()) return left;
  const double right = mean_of_rows(c.b, rows_b);
  if (!c.ratio) return left - right;
  return left > 0 && right > 0 ? std::log(left / right) : std::numeric_limits<double>::quiet_NaN();
}

Estimate bootstrap_estimate(const Comparison& c, const Stream& stream) {
  std::vector<std::size_t> sizes = {c.a.size()};
  if (!c.b.empty() && !c.paired) sizes.push_back(c.b.size());
  return estimate_bootstrap(
      sizes, [&](const Resampled& rows) { return statistic(c, rows[0], rows.back()); }, stream);
}

// log(mean a / mean b) to first order in the deviations from the means (delta method): each seed contributes
// a/mean(a) - b/mean(b).
Estimate log_ratio(const Comparison& c) {
  const double ma = mean(c.a), mb = mean(c.b);
  const auto relative = [](std::vector<double> x, double center) {
    for (double& v : x) v /= center;
    return x;
  };
  const std::vector<double> a = relative(c.a, ma), b = relative(c.b, mb);
  std::vector<double> moves;
  for (std::size_t i = 0; c.paired && i < a.size(); ++i) moves.push_back(a[i] - b[i]);
  Estimate estimate = c.paired ? estimate_mean(moves) : estimate_difference(a, b);
  estimate.value = ma > 0 && mb > 0 ? std::log(ma / mb) : std::numeric_limits<double>::quiet_NaN();
  return estimate;
}

}  // namespace

Estimate estimate_of(const Comparison& comparison, bool bootstrap, const Stream& stream) {
  const Comparison& c = comparison;
  if (bootstrap) return bootstrap_estimate(c, stream);
  if (c.ratio) return log_ratio(c);
  if (c.b.empty()) return estimate_mean(c.a);
  if (!c.paired) return estimate_difference(c.a, c.b);
  std::vector<double> differences;
  for (std::size_t i = 0; i < c.a.size(); ++i) differences.push_back(c.a[i] - c.b[i]);
  return estimate_mean(differences);
}

}  // namespace qklab
