#include "core/theory/weighted_estimator.hpp"

#include <cmath>
#include <limits>
#include <vector>
#include <xtensor-blas/xlinalg.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xview.hpp>

namespace qklab {
namespace {

Matrix moments(const PromptPrior& prior) {
  const auto d = static_cast<double>(prior.dim);
  Matrix m = prior.among;
  for (std::size_t i = 0; i < m.shape(0); ++i) m(i, i) += d + 1 + d * prior.noise * prior.noise;
  return m;
}

}  // namespace

PromptPrior task_blocks(const Vector& query, std::size_t examples, std::size_t dim, double noise) {
  const std::size_t n = query.size() * examples;
  PromptPrior prior{xt::empty<double>({n, n}), xt::empty<double>({n}), dim, noise};
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t k = i / examples;
    prior.query(i) = query(k);
    for (std::size_t j = 0; j < n; ++j) {
      const std::size_t l = j / examples;
      prior.among(i, j) = k == l ? 1 : query(k) * query(l);
    }
  }
  return prior;
}

double weighted_risk(const PromptPrior& prior, const Vector& weights) {
  const double quadratic = xt::sum(weights * xt::linalg::dot(moments(prior), weights))();
  return 1 + prior.noise * prior.noise - 2 * xt::sum(prior.query * weights)() + quadratic;
}

Vector optimal_weights(const PromptPrior& prior) { return xt::linalg::solve(moments(prior), prior.query); }

Vector uniform_weights(const PromptPrior& prior) {
  const double best = xt::sum(prior.query)() / xt::sum(moments(prior))();
  return best * xt::ones<double>({prior.query.size()});
}

Vector rising_weights(const PromptPrior& prior) {
  // w_i is a sum of steps u_j >= 0 over j <= i, so this is non-negative least squares in u: with L the lower
  // triangle of ones, minimize u^T (L^T M L) u - 2 (L^T r).u by coordinate descent, which is exact in the
  // limit.
  const std::size_t n = prior.query.size();
  Matrix lower = xt::zeros<double>({n, n});
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) lower(i, j) = 1;
  }
  const Matrix a = xt::linalg::dot(xt::transpose(lower), xt::linalg::dot(moments(prior), lower));
  const Vector b = xt::linalg::dot(xt::transpose(lower), prior.query);
  Vector u = xt::zeros<double>({n});
  for (int sweep = 0; sweep < 100000; ++sweep) {
    double change = 0;
    for (std::size_t j = 0; j < n; ++j) {
      const double before = u(j);
      const double pull = b(j) - xt::sum(xt::row(a, static_cast<std::ptrdiff_t>(j)) * u)() + a(j, j) * before;
      u(j) = std::max(0.0, pull / a(j, j));
      change = std::max(change, std::abs(u(j) - before));
    }
    if (change <= 1e-14) break;
  }
  return xt::linalg::dot(lower, u);
}

double bayes_prediction(const PromptPrior& prior, const Matrix& x, const Vector& y, const Vector& query) {
  const auto d = static_cast<double>(prior.dim);
  Matrix covariance = prior.among * xt::linalg::dot(x, xt::transpose(x)) / d;
  for (std::size_t i = 0; i < y.size(); ++i) covariance(i, i) += prior.noise * prior.noise;
  const Vector with_query = prior.query * xt::linalg::dot(x, query) / d;
  return xt::sum(with_query * xt::linalg::solve(covariance, y))();
}

}  // namespace qklab
