#include "core/stats/intervals.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/nan.hpp"

namespace qklab {
namespace {

// Percentiles of n replicates, and normal quantiles, are too narrow by about this factor.
double expansion(double dof) { return std::sqrt((dof + 1) / dof); }

double quantile_of_sorted(const std::vector<double>& sorted, double p) {
  const double position =
      std::clamp(p * static_cast<double>(sorted.size() + 1) - 1, 0.0, static_cast<double>(sorted.size() - 1));
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  const double weight = position - static_cast<double>(below);
  return sorted[below] + weight * (sorted[above] - sorted[below]);
}

// The probability of a replicate at or below `threshold`, expressed as a standard normal quantile.
double replicate_score(const Estimate& estimate, double threshold) {
  const auto& sorted = estimate.replicates;
  const auto at_most =
      static_cast<std::size_t>(std::upper_bound(sorted.begin(), sorted.end(), threshold) - sorted.begin());
  constexpr std::size_t resolved = 10;
  if (at_most < resolved || sorted.size() - at_most < resolved) {
    return (threshold - mean(sorted)) / standard_deviation(sorted);
  }
  return normal_quantile(static_cast<double>(at_most) / static_cast<double>(sorted.size() + 1));
}

}  // namespace

double mean(std::span<const double> x) {
  if (x.empty()) return nan;
  // The mean of equal values is exactly that value: rounding must not turn "identical" into "differs by
  // 1e-17".
  if (std::all_of(x.begin(), x.end(), [&](double v) { return v == x[0]; })) return x[0];
  return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
}

double standard_deviation(std::span<const double> x) {
  if (x.size() < 2) return nan;
  const double center = mean(x);
  double sum = 0;
  for (const double v : x) sum += (v - center) * (v - center);
  return std::sqrt(sum / static_cast<double>(x.size() - 1));
}

Estimate estimate_mean(std::span<const double> x) {
  const double n = static_cast<double>(x.size());
  return {mean(x), standard_deviation(x) / std::sqrt(n), n - 1, {}};
}

Estimate estimate_difference(std::span<const double> a, std::span<const double> b) {
  const Estimate left = estimate_mean(a), right = estimate_mean(b);
  const double va = left.standard_error * left.standard_error;
  const double vb = right.standard_error * right.standard_error;
  const double pooled = va * va / left.dof + vb * vb / right.dof;
  const double dof = pooled > 0 ? (va + vb) * (va + vb) / pooled : left.dof + right.dof;
  return {left.value - right.value, std::sqrt(va + vb), dof, {}};
}

Estimate estimate_bootstrap(std::span<const std::size_t> sizes,
                            const std::function<double(const Resampled&)>& statistic, const Stream& stream) {
  Resampled rows;
  for (const std::size_t size : sizes) {
    rows.emplace_back(size);
    std::iota(rows.back().begin(), rows.back().end(), std::size_t{0});
  }
  Estimate estimate{statistic(rows), nan, nan, {}};
  const std::size_t smallest = *std::min_element(sizes.begin(), sizes.end());
  if (smallest < 2 || !std::isfinite(estimate.value)) return estimate;
  estimate.dof = static_cast<double>(smallest - 1);

  estimate.replicates.reserve(bootstrap_replicates);
  for (std::size_t b = 0; b < bootstrap_replicates; ++b) {
    Stream draws = stream.substream(b);
    for (std::size_t k = 0; k < sizes.size(); ++k) {
      for (std::size_t& row : rows[k]) row = static_cast<std::size_t>(draws.below(sizes[k]));
    }
    const double replicate = statistic(rows);
    if (!std::isfinite(replicate))
      return {estimate.value, nan, nan, {}};  // for example, a division by a resampled mean of 0
    estimate.replicates.push_back(replicate);
  }
  std::sort(estimate.replicates.begin(), estimate.replicates.end());
  estimate.standard_error = standard_deviation(estimate.replicates) * expansion(estimate.dof);
  return estimate;
}

Interval interval(const Estimate& estimate, double confidence) {
  if (!(estimate.standard_error >= 0)) return {nan, nan};
  if (estimate.standard_error == 0) return {estimate.value, estimate.value};
  const double t = student_quantile(0.5 + 0.5 * confidence, estimate.dof);
  if (estimate.replicates.empty()) {
    return {estimate.value - t * estimate.standard_error, estimate.value + t * estimate.standard_error};
  }
  const double tail = normal_cdf(-t * expansion(estimate.dof));
  return {quantile_of_sorted(estimate.replicates, tail), quantile_of_sorted(estimate.replicates, 1 - tail)};
}

double p_above(const Estimate& estimate, double threshold) {
  if (!(estimate.standard_error >= 0) || std::isnan(estimate.value) || std::isnan(threshold)) return nan;
  if (estimate.standard_error == 0) return estimate.value > threshold ? 0 : 1;
  if (estimate.replicates.empty()) {
    return student_cdf((threshold - estimate.value) / estimate.standard_error, estimate.dof);
  }
  return student_cdf(replicate_score(estimate, threshold) / expansion(estimate.dof), estimate.dof);
}

double p_below(const Estimate& estimate, double threshold) {
  Estimate mirrored{-estimate.value, estimate.standard_error, estimate.dof, {}};
  mirrored.replicates.assign(estimate.replicates.rbegin(), estimate.replicates.rend());
  for (double& replicate : mirrored.replicates) replicate = -replicate;
  return p_above(mirrored, -threshold);
}

std::vector<double> holm(std::span<const double> p) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < p.size(); ++i) {
    if (!std::isnan(p[i])) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) { return p[i] < p[j]; });
  std::vector<double> adjusted(p.size(), nan);
  double largest = 0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    largest = std::max(largest, std::min(1.0, p[order[rank]] * static_cast<double>(order.size() - rank)));
    adjusted[order[rank]] = largest;
  }
  return adjusted;
}

double frequency_error(double count, double samples, double confidence) {
  return std::sqrt(std::log(2 * count / (1 - confidence)) / (2 * samples));
}

}  // namespace qklab
