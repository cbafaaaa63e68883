#include "core/theory/scores/query_scores.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/error.hpp"

namespace qklab {

namespace {

// Gauss-Hermite quadrature for a normal number, from numpy.polynomial.hermite_e.hermegauss(13): the nodes that
// are not negative, and their probabilities.
struct NormalNode {
  double at, probability;
};
constexpr NormalNode normal_nodes[] = {{0.0, 0.34099234099234094},
                                       {0.8566794935194499, 0.23787152296413627},
                                       {1.7254183795882392, 0.07916895586045},
                                       {2.620689973432215, 0.011770560505996532},
                                       {3.5634443802816342, 0.0006812363504429274},
                                       {4.591398448936521, 1.1526596527333854e-05},
                                       {5.800167252386501, 2.7226276428058907e-08}};

// The quadratic forms v and s of a random query.
struct QueryForms {
  double v = 0, s = 0;  // means
  double var_v = 0, var_s = 0, covariance = 0;
};

QueryForms query_forms(const SpectrumMoments& m, const AttentionSetting& setting) {
  if (setting.dim < 2 || setting.length == 0 || !(setting.temperature > 0))
    throw Error(fmt::format("attention_theory: no attention of width {}, length {} and temperature {}",
                            setting.dim, setting.length, setting.temperature));
  const double d = static_cast<double>(setting.dim), c = setting.normalized ? 1 : 0;
  const double unit = d / (setting.temperature * setting.temperature), root = std::sqrt(unit);
  const double over = 2 / (d + 2 * c);
  QueryForms out;
  out.v = unit * m.second;
  out.s = root * std::sqrt(d) * m.first;
  // Rounding may leave a little below 0 where all eigenvalues are equal.
  out.var_v = unit * unit * over * std::max(0.0, m.fourth - c * m.second * m.second);
  out.var_s = unit * over * d * std::max(0.0, m.second - c * m.first * m.first);
  out.covariance = unit * root * over * std::sqrt(d) * (m.third - c * m.first * m.second);
  return out;
}

double dimensions(const AttentionSetting& setting) {
  return setting.normalized ? static_cast<double>(setting.dim) : std::numeric_limits<double>::infinity();
}

RandomEnergy rows_of(const PlantedScores& scores, const AttentionSetting& setting) {
  return setting.causal ? causal_random_energy(scores, setting.length)
                        : random_energy(scores, setting.length);
}

}  // namespace

SpectrumMoments moments_of(const Vector& eigenvalues) {
  SpectrumMoments out;
  for (const double l : eigenvalues) {
    out.first += l;
    out.second += l * l;
    out.third += l * l * l;
    out.fourth += l * l * l * l;
  }
  for (double* each : {&out.first, &out.second, &out.third, &out.fourth})
    *each /= static_cast<double>(eigenvalues.size());
  return out;
}

SpectrumMoments normal_moments(double mean, double variance) {
  const double square = mean * mean;
  return {mean, square + variance, mean * (square + 3 * variance),
          square * square + 6 * square * variance + 3 * variance * variance};
}

PlantedScores query_scores(const SpectrumMoments& spectrum, const AttentionSetting& setting) {
  const QueryForms forms = query_forms(spectrum, setting);
  return {{0, forms.v, dimensions(setting)}, {forms.s, forms.var_s}};
}

RandomEnergy attention_theory(const SpectrumMoments& spectrum, const AttentionSetting& setting) {
  const QueryForms forms = query_forms(spectrum, setting);
  const double relative = forms.v > 0 ? forms.var_v / (forms.v * forms.v) : 0;
  if (!setting.spread || !(relative > 1e-12)) return rows_of(query_scores(spectrum, setting), setting);

  const double log_variance = std::log1p(relative), slope = forms.covariance / forms.var_v;
  const double var_s = std::max(0.0, forms.var_s - slope * forms.covariance);
  RandomEnergy out;
  const auto add = [&](double z, double probability) {
    const double v = forms.v * std::exp(std::sqrt(log_variance) * z - log_variance / 2);
    const RandomEnergy at =
        rows_of({{0, v, dimensions(setting)}, {forms.s + slope * (v - forms.v), var_s}}, setting);
    out.entropy += probability * at.entropy;
    out.self_weight += probability * at.self_weight;
    out.participation += probability * at.participation;
    out.collision += probability * at.collision;
    out.total += probability * at.total;
  };
  for (const NormalNode& node : normal_nodes) {
    add(node.at, node.probability);
    if (node.at > 0) add(-node.at, node.probability);
  }
  return out;
}

}  // namespace qklab
