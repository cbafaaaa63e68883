#include "core/theory/scores/random_energy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/special_functions/digamma.hpp>
#include <cmath>
#include <numbers>

#include "core/base/error.hpp"

namespace qklab {

namespace {

// g, g' and g'' of the polynomial that says how many queries see how many keys.
struct KeyPolynomial {
  double value = 0, first = 0, second = 0;
};

KeyPolynomial power(double z, double exponent) {
  if (exponent == 0) return {1, 0, 0};
  if (exponent == 1) return {z, 1, 0};
  const double rest = std::pow(z, exponent - 2);
  return {z * z * rest, exponent * z * rest, exponent * (exponent - 1) * rest};
}

// sum_(n = 1 .. length) z^(n-1), by doubling: all terms are positive, so nothing cancels where z is near 1.
KeyPolynomial geometric(double z, std::size_t length) {
  if (length == 0) return {};
  if (length % 2 == 1) {
    const KeyPolynomial rest = geometric(z, length - 1);
    return {1 + z * rest.value, rest.value + z * rest.first, 2 * rest.first + z * rest.second};
  }
  const KeyPolynomial part = geometric(z, length / 2), shift = power(z, static_cast<double>(length / 2));
  return {part.value * (1 + shift.value), part.first * (1 + shift.value) + shift.first * part.value,
          part.second * (1 + shift.value) + 2 * shift.first * part.first + shift.second * part.value};
}

// Either one query, or the mean over queries with 1 .. keys keys.
struct Rows {
  std::size_t keys = 1;
  bool causal = false;

  KeyPolynomial operator()(double z) const {
    const auto n = static_cast<double>(keys);
    if (!causal) return power(z, n - 1);
    const KeyPolynomial sum = geometric(z, keys);
    return {sum.value / n, sum.first / n, sum.second / n};
  }
};

// Where the density of log(exponential variable / Z) is not 0 to 1e-16.
LogGrid grid_for(const PlantedScores& scores, const Rows& rows) {
  const ScoreLaw &own = scores.planted, &others = scores.others;
  const auto n = static_cast<double>(rows.keys);
  const bool alone = rows.keys == 1;
  const double most = std::max(own.mean + own.reach(), alone ? own.mean : others.mean + others.reach());
  double least = own.mean - own.reach();
  if (!alone && !rows.causal) {
    // All of n - 1 scores lie below this with a probability of at most 1e-16.
    const double deviations = std::sqrt(std::max(0.0, 2 * (37 / (n - 1) - std::numbers::ln2)));
    least = std::max(least, others.mean - std::min(others.reach(), deviations * std::sqrt(others.variance)));
  }
  return log_grid(-37 - std::log(n) - most, 3.7 - least);
}

double participation(PlantedScores scores, const Rows& rows) {
  for (ScoreLaw* law : {&scores.others, &scores.planted}) {
    law->mean *= 2;
    law->variance *= 4;
  }
  const LogGrid grid = grid_for(scores, rows);
  const Transforms others = transforms(scores.others, grid), own = transforms(scores.planted, grid);
  double sum = 0;
  for (std::size_t i = 0; i < grid.count; ++i) {
    const KeyPolynomial g = rows(others.none[i]);
    sum +=
        others.half[i] * others.half[i] * own.none[i] * g.second + 2 * others.half[i] * own.half[i] * g.first;
  }
  return 1 + sum * grid.step;
}

RandomEnergy integrate(const PlantedScores& scores, const Rows& rows) {
  for (const ScoreLaw& law : {scores.others, scores.planted})
    if (!std::isfinite(law.mean) || !(law.variance >= 0) || !std::isfinite(law.variance) || !(law.dim >= 2))
      throw Error(fmt::format("random_energy: no distribution has mean {}, variance {} in {} dimensions",
                              law.mean, law.variance, law.dim));
  if (rows.keys == 0) throw Error("random_energy: a query must see at least one key");

  const LogGrid grid = grid_for(scores, rows);
  const Transforms others = transforms(scores.others, grid), own = transforms(scores.planted, grid);
  double self = 0, total = 0, first_moment = 0, energy = 0, collision = 0;
  for (std::size_t i = 0; i < grid.count; ++i) {
    const KeyPolynomial g = rows(others.none[i]);
    const double rest = own.none[i] * g.first;
    const double density = own.one[i] * g.value + others.one[i] * rest;
    self += own.one[i] * g.value;
    total += density;
    first_moment += grid.at(i) * density;
    energy += own.score[i] * g.value + others.score[i] * rest;
    collision += own.two[i] * g.value + others.two[i] * rest;
  }
  RandomEnergy out;
  out.total = total * grid.step;
  out.self_weight = self * grid.step;
  out.collision = collision * grid.step;
  out.entropy = -std::numbers::egamma - first_moment * grid.step - energy * grid.step;
  out.participation = participation(scores, rows);
  return out;
}

}  // namespace

RandomEnergy random_energy(const PlantedScores& scores, std::size_t keys) {
  return integrate(scores, {keys, false});
}

RandomEnergy causal_random_energy(const PlantedScores& scores, std::size_t length) {
  return integrate(scores, {length, true});
}

RandomEnergyLimit random_energy_limit(const PlantedScores& scores, std::size_t keys) {
  const double v = scores.others.variance, log_n = std::log(static_cast<double>(keys));
  const bool condensed = v > 2 * log_n;
  RandomEnergyLimit out;
  out.log_partition = scores.others.mean + (condensed ? std::sqrt(2 * v * log_n) : log_n + v / 2);
  if (scores.planted.mean > out.log_partition) {
    out.phase = RandomEnergyPhase::self;
    out.collision = 1;
  } else if (condensed) {
    const double m = std::sqrt(2 * log_n / v);
    out.phase = RandomEnergyPhase::condensed;
    out.entropy = boost::math::digamma(1.0) - boost::math::digamma(1 - m);
    out.collision = 1 - m;
  } else {
    out.entropy = log_n - v / 2;
  }
  return out;
}

}  // namespace qklab
