#include "core/measure/anchors.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace qklab {

Anchors measure_anchors(std::span<const float> a, std::size_t length, Mask mask, double threshold) {
  std::vector<double> mean(length), passed(length), seen_by(length);
  double pairs = 0, passed_pairs = 0, total = 0;
  for (std::size_t t = 0; t < length; ++t) {
    const KeyRange seen = mask.keys(t, length);
    for (std::size_t s = seen.begin; s < seen.end; ++s) {
      const double weight = a[t * length + s];
      const bool passes = weight > threshold;
      total += weight;
      mean[s] += weight;
      passed[s] += passes;
      ++seen_by[s];
      passed_pairs += passes;
      ++pairs;
    }
  }
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  if (!std::isfinite(total)) return {none, none, none, none};
  for (std::size_t s = 0; s < length; ++s) mean[s] /= seen_by[s];
  const std::size_t candidates = mask.looks_back() ? std::max<std::size_t>(1, length / 2) : length;
  const auto top = static_cast<std::size_t>(
      std::max_element(mean.begin(), mean.begin() + static_cast<std::ptrdiff_t>(candidates)) - mean.begin());
  const double propagation = passed_pairs / pairs;
  double sum = 0, entropy = 0;
  for (std::size_t s = 0; s < length; ++s) sum += passed[s] / seen_by[s];
  for (std::size_t s = 0; s < length; ++s) {
    const double share = passed[s] / seen_by[s] / sum;
    if (share > 0) entropy -= share * std::log(share);
  }
  return {static_cast<double>(length) * mean[top], propagation, passed[top] / seen_by[top] - propagation,
          length > 1 ? entropy / std::log(static_cast<double>(length)) : 1};
}

}  // namespace qklab
