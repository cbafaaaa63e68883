#include "core/theory/scores/score_law.hpp"

#include <algorithm>
#include <cmath>

namespace qklab {

namespace {

// exp(-e^y) is 1 below and 0 above these, and e^y exp(-e^y) is 0 outside, to 1e-16; its square root in place of
// e^y needs twice the range.
constexpr double least_y = -37.5, most_y = 3.75;
constexpr double reach_in_deviations = 8.3;

// Scores with their probabilities, which sum to 1.
struct ScoreNodes {
  std::vector<double> score, probability;

  void add(double s, double p) {
    score.push_back(s);
    probability.push_back(p);
  }
  void normalize() {
    double sum = 0;
    for (const double p : probability) sum += p;
    for (double& p : probability) p /= sum;
  }
};

// The density up to a factor; z is the distance from the mean in standard deviations.
double relative_density(const ScoreLaw& law, double z) {
  if (std::isinf(law.dim)) return std::exp(-z * z / 2);
  const double left = 1 - z * z / law.dim;
  return left > 0 ? std::exp((law.dim - 3) / 2 * std::log(left)) : 0;
}

// For a narrow law. On a sphere z = sqrt(dim) tanh(x), where the density is cosh(x)^(1 - dim): the trapezoidal
// rule then converges as fast as for a normal law, in any number of dimensions.
ScoreNodes narrow_nodes(const ScoreLaw& law) {
  ScoreNodes nodes;
  const double deviation = std::sqrt(law.variance);
  if (deviation == 0) {
    nodes.add(law.mean, 1);
    return nodes;
  }
  const bool normal = std::isinf(law.dim);
  const double scale = normal ? 1 : std::sqrt(law.dim);
  const double step = std::min({0.45 / scale, log_step / (deviation * scale), 0.25});
  for (long k = 0;; ++k) {
    const double x = static_cast<double>(k) * step;
    const double z = normal ? x : scale * std::tanh(x);
    const double p = normal ? std::exp(-x * x / 2) : std::exp((1 - law.dim) * std::log(std::cosh(x)));
    if (p < 1e-16) break;
    nodes.add(law.mean + deviation * z, p);
    if (k > 0) nodes.add(law.mean - deviation * z, p);
  }
  nodes.normalize();
  return nodes;
}

Transforms zero_transforms(std::size_t count) {
  const std::vector<double> zero(count);
  return {zero, zero, zero, zero, zero};
}

Transforms sum_over_nodes(const ScoreNodes& nodes, const LogGrid& grid) {
  Transforms out = zero_transforms(grid.count);
  for (std::size_t i = 0; i < grid.count; ++i) {
    double none = 0, half = 0, one = 0, two = 0, score = 0;
    for (std::size_t k = 0; k < nodes.score.size(); ++k) {
      const double y = grid.at(i) + nodes.score[k];
      if (y > most_y) continue;
      const double x = std::exp(y), p = nodes.probability[k] * std::exp(-x);
      none += p;
      half += p * std::sqrt(x);
      one += p * x;
      two += p * x * x;
      score += p * x * nodes.score[k];
    }
    out.none[i] = none, out.half[i] = half, out.one[i] = one, out.two[i] = two, out.score[i] = score;
  }
  return out;
}

void add_multiple(std::size_t n, double factor, const double* __restrict from, double* __restrict to) {
  for (std::size_t i = 0; i < n; ++i) to[i] += factor * from[i];
}

// For a wide law. Scores on the lattice of the grid itself: then w + s is on it, too, and the functions of x
// are tabulated once. Below least_y, where exp(-x) is 1, sums of probabilities replace the loop.
Transforms sum_over_lattice(const ScoreLaw& law, const LogGrid& grid) {
  const double h = grid.step, deviation = std::sqrt(law.variance), reach = law.reach();
  const long low = static_cast<long>(std::floor((law.mean - reach) / h));
  const long high = static_cast<long>(std::ceil((law.mean + reach) / h));
  const long scores = high - low + 1, points = static_cast<long>(grid.count);
  // In descending order of scores, so that the inner loop below runs forward through all arrays.
  std::vector<double> score, probability;
  double sum = 0;
  for (long k = high; k >= low; --k) {
    score.push_back(static_cast<double>(k) * h);
    probability.push_back(relative_density(law, (score.back() - law.mean) / deviation));
    sum += probability.back();
  }
  for (double& p : probability) p /= sum;
  std::vector<double> scored(probability), below(probability);
  for (std::size_t k = 0; k < score.size(); ++k) scored[k] *= score[k];
  for (std::size_t k = below.size() - 1; k > 0; --k) below[k - 1] += below[k];

  const long first_y = static_cast<long>(std::floor(least_y / h)), last_y = static_cast<long>(most_y / h);
  Transforms out = zero_transforms(grid.count);
  for (long i = 0; i < points; ++i) {
    // Scores with y < first_y, and their index in descending order.
    const long from = high - (first_y - 1 - grid.first - i);
    if (from < scores)
      out.none[static_cast<std::size_t>(i)] = below[static_cast<std::size_t>(std::max(from, 0L))];
  }
  for (long j = 2 * first_y; j <= last_y; ++j) {
    const double x = std::exp(static_cast<double>(j) * h), e = std::exp(-x), half = std::sqrt(x) * e;
    // w_i + s = y_j for the score at index i + shift.
    const long shift = high + grid.first - j;
    const long from = std::max(0L, -shift), to = std::min(points, scores - shift);
    if (from >= to) continue;
    const auto first = static_cast<std::size_t>(from), offset = static_cast<std::size_t>(from + shift);
    const auto count = static_cast<std::size_t>(to - from);
    const double *p = &probability[offset], *q = &scored[offset];
    add_multiple(count, half, p, &out.half[first]);
    if (j < first_y) continue;
    add_multiple(count, e, p, &out.none[first]);
    add_multiple(count, x * e, p, &out.one[first]);
    add_multiple(count, x * x * e, p, &out.two[first]);
    add_multiple(count, x * e, q, &out.score[first]);
  }
  return out;
}

}  // namespace

double ScoreLaw::reach() const { return std::sqrt(variance) * std::min(reach_in_deviations, std::sqrt(dim)); }

LogGrid log_grid(double low, double high) {
  const long first = static_cast<long>(std::floor(low / log_step));
  return {log_step, first,
          static_cast<std::size_t>(std::ceil(high / log_step) - static_cast<double>(first)) + 1};
}

Transforms transforms(const ScoreLaw& law, const LogGrid& grid) {
  // The lattice must resolve the density, and on a sphere of few dimensions also its ends.
  const bool wide = law.variance >= 0.5 && law.dim >= 32;
  return wide ? sum_over_lattice(law, grid) : sum_over_nodes(narrow_nodes(law), grid);
}

}  // namespace qklab
