#include "core/theory/propagation.hpp"

#include <algorithm>
#include <cmath>

#include "core/stats/intervals.hpp"

namespace qklab {

namespace {

// P(x > bound) for a normal x.
double p_above_bound(double bound, double mean, double deviation) {
  return normal_cdf((mean - bound) / deviation);
}

}  // namespace

LogitMoments centred_logit_moments(const SpectrumStatistics& w, std::size_t dim, std::size_t length) {
  const auto d = static_cast<double>(dim), T = static_cast<double>(length);
  const double trace = d * w.mean;
  const double trace_square = d * (w.variance + w.mean * w.mean);
  const double frobenius_square = d * (w.frobenius_variance + w.mean * w.mean);
  LogitMoments out{Vector::from_shape({length}), Vector::from_shape({length})};
  // sum_s c_s^2 = sum_{s <= t} (1 - 2 k_s) + sum_s k_s^2 with k_s = (T - s + 1) / T.
  const double sum_k_squared = (T + 1) * (2 * T + 1) / (6 * T);
  double upto = 0;
  for (std::size_t i = 0; i < length; ++i) {
    const auto t = static_cast<double>(i + 1);
    upto += 1 - 2 * (T - t + 1) / T;
    const double sum_c = t - (T + 1) / 2;
    const double sum_c_squared = upto + sum_k_squared;
    out.mean(i) = trace * sum_c;
    out.variance(i) = T * frobenius_square * sum_c_squared + trace_square * sum_c * sum_c;
  }
  return out;
}

Propagation propagation_probability(const SpectrumStatistics& w, std::size_t dim, std::size_t length,
                                    double temperature) {
  const auto [mean, variance] = centred_logit_moments(w, dim, length);
  Propagation out{Vector::from_shape({length}), Vector::from_shape({length})};
  const double upper = temperature * (static_cast<double>(length) - 1);
  for (std::size_t i = 0; i < length; ++i) {
    const double deviation = std::sqrt(variance(i));
    // Without variance (W = 0, or a single token) the logit equals its mean.
    const bool certain = !(deviation > 0);
    const double above_zero =
        certain ? mean(i) > -temperature : p_above_bound(-temperature, mean(i), deviation);
    const double at_one = certain ? mean(i) >= upper : p_above_bound(upper, mean(i), deviation);
    out.support(i) = above_zero;
    out.active(i) = std::max(0.0, above_zero - at_one);
  }
  return out;
}

Propagation propagation_limit(const SpectrumStatistics& w, std::size_t dim, std::size_t length,
                              double temperature) {
  const auto d = static_cast<double>(dim), T = static_cast<double>(length);
  const double trace_square = d * (w.variance + w.mean * w.mean);
  const double frobenius_square = d * (w.frobenius_variance + w.mean * w.mean);
  Propagation out{Vector::from_shape({length}), Vector::from_shape({length})};
  for (std::size_t i = 0; i < length; ++i) {
    const double theta = static_cast<double>(i + 1) / T, from_middle = theta - 0.5;
    const double mean = d * w.mean * from_middle;
    const double variance =
        frobenius_square * (1.0 / 3 - theta * (1 - theta)) + trace_square * from_middle * from_middle;
    const double deviation = std::sqrt(variance);
    out.support(i) = deviation > 0 ? p_above_bound(0, mean, deviation) : 1;
    const double at_one = deviation > 0 ? p_above_bound(temperature, mean, deviation) : 0;
    out.active(i) = out.support(i) - at_one;
  }
  return out;
}

}  // namespace qklab
