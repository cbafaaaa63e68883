#include "core/stats/intervals.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/nan.hpp"

namespace qklab {
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
  return {mean(x), standard_deviation(x) / std::sqrt(n), n - 1};
}

Estimate estimate_difference(std::span<const double> a, std::span<const double> b) {
  const Estimate left = estimate_mean(a), right = estimate_mean(b);
  const double va = left.standard_error * left.standard_error;
  const double vb = right.standard_error * right.standard_error;
  const double pooled = va * va / left.dof + vb * vb / right.dof;
  const double dof = pooled > 0 ? (va + vb) * (va + vb) / pooled : left.dof + right.dof;
  return {left.value - right.value, std::sqrt(va + vb), dof};
}

Interval interval(const Estimate& estimate, double confidence) {
  if (!(estimate.standard_error >= 0)) return {nan, nan};
  if (estimate.standard_error == 0) return {estimate.value, estimate.value};
  const double half = student_quantile(0.5 + 0.5 * confidence, estimate.dof) * estimate.standard_error;
  return {estimate.value - half, estimate.value + half};
}

namespace {

// Steps up from the largest p-value: the one of rank r of n, from 1, is multiplied by factor(r, n), and no
// adjusted value exceeds that of a larger p-value.
template <class Factor> std::vector<double> stepped_up(std::span<const double> p, const Factor& factor) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < p.size(); ++i) {
    if (!std::isnan(p[i])) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) { return p[i] < p[j]; });
  std::vector<double> adjusted(p.size(), nan);
  double least = 1;
  for (std::size_t rank = order.size(); rank-- > 0;) {
    least = std::min(
        least, p[order[rank]] * factor(static_cast<double>(rank + 1), static_cast<double>(order.size())));
    adjusted[order[rank]] = least;
  }
  return adjusted;
}

}  // namespace

std::vector<double> hochberg(std::span<const double> p) {
  return stepped_up(p, [](double rank, double n) { return n - rank + 1; });
}

std::vector<double> false_discovery_rate(std::span<const double> p) {
  return stepped_up(p, [](double rank, double n) { return n / rank; });
}

double frequency_error(double count, double samples, double confidence) {
  return std::sqrt(std::log(2 * count / (1 - confidence)) / (2 * samples));
}

}  // namespace qklab
