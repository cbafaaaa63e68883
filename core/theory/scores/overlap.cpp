#include "core/theory/scores/overlap.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/base/error.hpp"
#include "core/theory/scores/score_law.hpp"

namespace qklab {

namespace {

// The common part of scores, as nodes: multiples of the grid's step where that resolves it, otherwise five
// Gauss-Hermite nodes (numpy.polynomial.hermite_e.hermegauss(5)).
struct CommonNodes {
  bool on_lattice = false;
  std::vector<double> at, probability;

  CommonNodes(double variance, double step) {
    const double deviation = std::sqrt(variance);
    if (deviation == 0) {
      at = {0}, probability = {1};
    } else if (deviation < 0.7 * step) {
      at = {-2.8569700138728056, -1.355626179974266, 0, 1.355626179974266, 2.8569700138728056};
      probability = {0.011257411327720692, 0.22207592200561266, 0.5333333333333333, 0.22207592200561266,
                     0.011257411327720692};
      for (double& each : at) each *= deviation;
    } else {
      on_lattice = true;
      double sum = 0;
      const long reach = static_cast<long>(std::ceil(4.5 * deviation / step));
      for (long k = -reach; k <= reach; ++k) {
        at.push_back(static_cast<double>(k) * step);
        probability.push_back(std::exp(-at.back() * at.back() / (2 * variance)));
        sum += probability.back();
      }
      for (double& each : probability) each /= sum;
    }
  }
};

// E exp(-x) and E x exp(-x) at every point of a grid (rows) shifted by every node (columns).
struct ShiftedTransforms {
  std::size_t points = 0;
  std::vector<double> none, one;  // by node, then by point

  ShiftedTransforms(const ScoreLaw& law, const LogGrid& grid, const CommonNodes& nodes) : points(grid.count) {
    if (nodes.on_lattice) {
      const auto reach = static_cast<long>(nodes.at.size() / 2);
      const LogGrid wider{grid.step, grid.first - reach, grid.count + nodes.at.size() - 1};
      const Transforms all = transforms(law, wider);
      for (std::size_t k = 0; k < nodes.at.size(); ++k) {
        const auto from = static_cast<std::ptrdiff_t>(k), to = from + static_cast<std::ptrdiff_t>(points);
        none.insert(none.end(), all.none.begin() + from, all.none.begin() + to);
        one.insert(one.end(), all.one.begin() + from, all.one.begin() + to);
      }
      return;
    }
    for (const double shift : nodes.at) {
      const Transforms each = transforms({law.mean + shift, law.variance}, grid);
      none.insert(none.end(), each.none.begin(), each.none.end());
      one.insert(one.end(), each.one.begin(), each.one.end());
    }
  }
};

// sum_k probability_k a(k, i) b(k, j), as [points, points].
std::vector<double> joint(const CommonNodes& nodes, const std::vector<double>& a,
                          const std::vector<double>& b, std::size_t points) {
  std::vector<double> out(points * points);
  for (std::size_t i = 0; i < points; ++i) {
    double* __restrict row = &out[i * points];
    for (std::size_t k = 0; k < nodes.at.size(); ++k) {
      const double factor = nodes.probability[k] * a[k * points + i];
      const double* __restrict from = &b[k * points];
      for (std::size_t j = 0; j < points; ++j) row[j] += factor * from[j];
    }
  }
  return out;
}

// E sum_s p_ts p_us.
double pair_overlap(const CorrelatedScores& scores, std::size_t tokens, const LogGrid& grid) {
  const CommonNodes nodes(scores.common, grid.step);
  const ShiftedTransforms others({0, scores.own}, grid, nodes),
      planted({scores.planted_mean, scores.planted_variance}, grid, nodes);
  const std::size_t n = grid.count;
  const std::vector<double> phi = joint(nodes, others.none, others.none, n),
                            a = joint(nodes, others.one, others.one, n),
                            phi0 = joint(nodes, planted.none, others.none, n),
                            a0 = joint(nodes, planted.one, others.one, n);
  const double rest = static_cast<double>(tokens) - 2;
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      const std::size_t ij = i * n + j, ji = j * n + i;
      const double power = rest > 0 ? std::pow(phi[ij], rest - 1) : 0;
      sum += 2 * a0[ij] * phi0[ji] * (rest > 0 ? power * phi[ij] : 1);
      sum += rest * a[ij] * phi0[ij] * phi0[ji] * power;
    }
  return sum * grid.step * grid.step;
}

// Weights to first order in scores: p_ts = (1 + s_ts - mean_s s_ts) / T.
Overlap small_scores(const CorrelatedScores& scores, std::size_t tokens) {
  const auto n = static_cast<double>(tokens);
  const double v = scores.common + scores.own, all = 2 * (n - 1) * scores.own + 2 * scores.planted_variance;
  Overlap out;
  out.difference = ((1 - 1 / n) * all + 2 * scores.planted_mean * scores.planted_mean) / (2 * n * n);
  out.same =
      1 / n + ((n - 1) * v + scores.planted_variance + scores.planted_mean * scores.planted_mean) / (n * n);
  out.self_weight = 1 / n;
  out.squared_tilt = v * (1 - 1 / n) * (1 - 2 / n) * (1 - 4 / n + 6 / (n * n));
  return out;
}

}  // namespace

Overlap attention_overlap(const CorrelatedScores& scores, std::size_t tokens) {
  const double v = scores.common + scores.own;
  if (tokens < 2 || !(scores.common >= 0 && scores.own >= 0 && scores.planted_variance >= 0) ||
      !std::isfinite(v + scores.planted_mean + scores.planted_variance))
    throw Error(
        fmt::format("attention_overlap: no scores of variances {}, {} and {} and mean {} on {} tokens",
                    scores.common, scores.own, scores.planted_variance, scores.planted_mean, tokens));
  if (v + scores.planted_variance + scores.planted_mean * scores.planted_mean < 0.01)
    return small_scores(scores, tokens);

  // The density of log(exponential variable / Z) lies between these, but for 1e-8.
  const double own_variance = scores.planted_variance + scores.common, n = static_cast<double>(tokens);
  const double wide = 5.5 * std::sqrt(v), own = 5.5 * std::sqrt(own_variance);
  const double low = -19 - std::log(n) - std::max(wide, scores.planted_mean + own);
  const double high = 3.2 + std::min(wide, own - scores.planted_mean);
  const double step = std::clamp(std::sqrt(v) / 4, 0.5, 1.0);
  const long first = static_cast<long>(std::floor(low / step));
  const LogGrid grid{step, first,
                     static_cast<std::size_t>(std::ceil(high / step) - static_cast<double>(first)) + 1};

  const Transforms other = transforms({0, v}, grid),
                   planted = transforms({scores.planted_mean, own_variance}, grid);
  Overlap out;
  LogGrid dense = grid;  // where one query's log of Z is, and hence that of both
  dense.count = 0;
  for (std::size_t i = 0; i < grid.count; ++i) {
    const double phi = other.none[i], power = n > 2 ? std::pow(phi, n - 3) : 0;
    const double all = n > 2 ? power * phi * phi : phi, less = n > 2 ? power * phi : 1;
    out.same += planted.two[i] * all + (n - 1) * other.two[i] * planted.none[i] * less;
    out.self_weight += planted.one[i] * all;
    if (planted.one[i] * all + (n - 1) * other.one[i] * planted.none[i] * less > 1e-7) {
      const long at = grid.first + static_cast<long>(i);
      if (dense.count == 0) dense.first = at;
      dense.count = static_cast<std::size_t>(at - dense.first) + 1;
    }
    out.squared_tilt += (n - 1) * (n - 2) * other.score[i] * other.score[i] * planted.none[i] * power;
  }
  out.same *= step;
  out.self_weight *= step;
  out.squared_tilt *= v > 0 ? step / v : 0;
  out.difference = std::max(0.0, out.same - pair_overlap(scores, tokens, dense));
  return out;
}

}  // namespace qklab
