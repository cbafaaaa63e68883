#include "core/theory/weighted_steps.hpp"

#include <algorithm>
#include <cmath>
#include <xtensor-blas/xlinalg.hpp>
#include <xtensor/xview.hpp>

namespace qklab {
namespace {

// Errors f - answer of all prompts.
Vector errors_of(const std::vector<RegressionPrompt>& prompts, const Matrix& weights) {
  Vector errors = xt::empty<double>({prompts.size()});
  for (std::size_t p = 0; p < prompts.size(); ++p)
    errors(p) = steps_prediction(prompts[p], weights) - prompts[p].answer;
  return errors;
}

double squares(const Vector& x) {
  double sum = 0;
  for (const double each : x) sum += each * each;
  return sum;
}

// From `weights` to a minimum nearby.
void improve(const std::vector<RegressionPrompt>& prompts, Matrix& weights) {
  const std::size_t n = weights.size();
  Vector errors = errors_of(prompts, weights);
  double damping = 1e-3, value = squares(errors);
  for (int round = 0; round < 100 && damping < 1e9; ++round) {
    Matrix slopes = xt::empty<double>({prompts.size(), n});
    constexpr double e = 1e-6;
    for (std::size_t k = 0; k < n; ++k) {
      Matrix moved = weights;
      moved.flat(k) += e;
      const Vector there = errors_of(prompts, moved);
      for (std::size_t p = 0; p < prompts.size(); ++p) slopes(p, k) = (there(p) - errors(p)) / e;
    }
    const Matrix square = xt::linalg::dot(xt::transpose(slopes), slopes);
    const Vector slope = xt::linalg::dot(xt::transpose(slopes), errors);
    double gain = 0;
    for (; damping < 1e9; damping *= 4) {
      Matrix damped = square;
      for (std::size_t k = 0; k < n; ++k) damped(k, k) += damping * (1e-9 + square(k, k));
      const Vector step = xt::linalg::solve(damped, slope);
      Matrix next = weights;
      for (std::size_t k = 0; k < n; ++k) next.flat(k) -= step(k);
      const Vector there = errors_of(prompts, next);
      if (!(squares(there) < value)) continue;
      gain = 1 - squares(there) / value;
      weights = next;
      errors = there;
      value = squares(there);
      damping = std::max(1e-9, damping / 10);
      break;
    }
    if (gain < 1e-10) return;
  }
}

}  // namespace

double steps_prediction(const RegressionPrompt& prompt, const Matrix& weights) {
  const std::size_t n = prompt.x.shape(0), d = prompt.x.shape(1), each = n / weights.shape(1);
  std::vector<double> b(d, 0.0), change(d);
  for (std::size_t s = 0; s < weights.shape(0); ++s) {
    std::ranges::fill(change, 0.0);
    for (std::size_t i = 0; i < n; ++i) {
      double rest = prompt.y(i);
      for (std::size_t c = 0; c < d; ++c) rest -= prompt.x(i, c) * b[c];
      for (std::size_t c = 0; c < d; ++c) change[c] += weights(s, i / each) * rest * prompt.x(i, c);
    }
    for (std::size_t c = 0; c < d; ++c) b[c] += change[c];
  }
  double f = 0;
  for (std::size_t c = 0; c < d; ++c) f += prompt.query(c) * b[c];
  return f;
}

Matrix fit_steps(const std::vector<RegressionPrompt>& prompts, std::size_t tasks, std::size_t steps) {
  Matrix weights = xt::zeros<double>({steps, tasks});
  for (std::size_t s = 0; s < steps; ++s) {
    Matrix first = xt::view(weights, xt::range(std::size_t{0}, s + 1), xt::all());
    improve(prompts, first);
    xt::view(weights, xt::range(std::size_t{0}, s + 1), xt::all()) = first;
  }
  return weights;
}

}  // namespace qklab
