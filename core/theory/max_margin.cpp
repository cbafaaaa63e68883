#include "core/theory/max_margin.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <stdexcept>
#include <xtensor-blas/xlinalg.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xview.hpp>

#include "core/base/error.hpp"

namespace qklab {
namespace {

double norm_of(const Vector& x, double p) { return std::pow(xt::sum(xt::pow(xt::abs(x), p))(), 1 / p); }

Vector signed_power(const Vector& x, double exponent) { return xt::sign(x) * xt::pow(xt::abs(x), exponent); }

Vector transposed_product(const Matrix& a, const Vector& x) { return xt::linalg::dot(xt::transpose(a), x); }

// The primal problem: min (1/p) |w|_p^p subject to A w >= 1, for p >= 2, where the curvature (p-1) |w|^(p-2)
// has no pole. Minimizes (1/p) |w|_p^p - mu sum log(A w - 1).
struct Primal {
  const Matrix& a;
  double p;

  double value(const Vector& w, double mu) const {
    const Vector slack = xt::linalg::dot(a, w) - 1;
    if (!(xt::amin(slack)() > 0)) return std::numeric_limits<double>::infinity();
    return xt::sum(xt::pow(xt::abs(w), p))() / p - mu * xt::sum(xt::log(slack))();
  }
  Vector multipliers(const Vector& w, double mu) const { return mu / (xt::linalg::dot(a, w) - 1); }
  void derivatives(const Vector& w, double mu, Vector& gradient, Matrix& hessian) const {
    const Vector l = multipliers(w, mu);
    gradient = signed_power(w, p - 1) - transposed_product(a, l);
    const Matrix scaled = xt::view(l, xt::all(), xt::newaxis()) * a;
    hessian = xt::linalg::dot(xt::transpose(scaled), scaled) / mu;
    double largest = 0;
    for (std::size_t i = 0; i < w.size(); ++i) {
      hessian(i, i) += (p - 1) * std::pow(std::abs(w(i)), p - 2);
      largest = std::max(largest, hessian(i, i));
    }
    // The problem is flat where w_i = 0 and no constraint acts on it: a ridge keeps the system solvable.
    for (std::size_t i = 0; i < w.size(); ++i) hessian(i, i) += 1e-14 * largest;
  }
};

// The dual problem for p <= 2 (q >= 2), in logarithms of the multipliers. This keeps them positive and the
// system well conditioned when some tend to 0. Minimizes (1/q) |A^T l|_q^q - 1.l - mu sum log l.
struct Dual {
  const Matrix& a;
  double q;

  double value(const Vector& log_l, double mu) const {
    const Vector l = xt::exp(log_l);
    return xt::sum(xt::pow(xt::abs(transposed_product(a, l)), q))() / q - xt::sum(l)() -
           mu * xt::sum(log_l)();
  }
  void derivatives(const Vector& log_l, double mu, Vector& gradient, Matrix& hessian) const {
    const Vector l = xt::exp(log_l), y = transposed_product(a, l);
    gradient = l * (xt::linalg::dot(a, signed_power(y, q - 1)) - 1) - mu;
    const Vector curvature = (q - 1) * xt::pow(xt::abs(y), q - 2);
    const Matrix scaled = xt::view(l, xt::all(), xt::newaxis()) * a;
    hessian = xt::linalg::dot(scaled * curvature, xt::transpose(scaled));
    // This is the Hessian in l itself; the term that the logarithm would add, l_i (a_i w - 1), can be
    // negative.
    for (std::size_t i = 0; i < l.size(); ++i) hessian(i, i) += mu;
  }
};

// Takes damped Newton steps at one mu until x is near enough to the minimum for the next mu.
template <class Problem> void centre(const Problem& problem, Vector& x, double mu) {
  const double enough = 1e-4 * mu;
  Vector gradient;
  Matrix hessian;
  for (int iteration = 0; iteration < 200; ++iteration) {
    problem.derivatives(x, mu, gradient, hessian);
    Vector step;
    try {
      step = xt::linalg::solve(hessian, gradient);
    } catch (const std::runtime_error&) {
      return;  // singular to rounding: the multipliers grow without bound where nothing separates
    }
    const double decrement = xt::sum(step * gradient)();
    if (!(decrement > enough)) return;
    const double before = problem.value(x, mu), rounding = 1e-15 * std::abs(before);
    double length = std::min(1.0, 5 / xt::amax(xt::abs(step))());
    while (length > 1e-12 &&
           !(problem.value(x - length * step, mu) <= before - 1e-4 * length * decrement + rounding)) {
      length /= 2;
    }
    x = x - length * step;
  }
}

// Both bounds from a guess of the primal and of the dual solution; nothing if w does not separate.
std::optional<MaxMargin> certify(const Matrix& a, double p, const Vector& w, const Vector& l) {
  const double margin = xt::amin(xt::linalg::dot(a, w))();
  if (!(margin > 0)) return std::nullopt;
  const double norm = norm_of(w, p) / margin;
  return MaxMargin{w / margin, l, norm,
                   norm * norm_of(transposed_product(a, l), p / (p - 1)) / xt::sum(l)() - 1};
}

constexpr double last_mu = 1e-16;

std::optional<MaxMargin> by_dual(const Matrix& a, double p, double tolerance) {
  const Dual dual{a, p / (p - 1)};
  Vector log_l = xt::ones<double>({a.shape(0)}) * std::log(0.01);
  std::optional<MaxMargin> best;
  for (double mu = 1; mu > last_mu && !(best && best->gap <= tolerance); mu /= 5) {
    centre(dual, log_l, mu);
    const Vector l = xt::exp(log_l);
    const auto found = certify(a, p, signed_power(transposed_product(a, l), dual.q - 1), l);
    if (found && !(best && best->gap <= found->gap)) best = found;
  }
  return best;
}

// Solves the primal problem from a start with A w >= 1.
std::optional<MaxMargin> by_primal(const Matrix& a, double p, double tolerance, const Vector& start) {
  const Primal primal{a, p};
  Vector w = 1.5 * start;
  std::optional<MaxMargin> best;
  for (double mu = 1; mu > last_mu && !(best && best->gap <= tolerance); mu /= 5) {
    centre(primal, w, mu);
    const auto found = certify(a, p, w, primal.multipliers(w, mu));
    if (found && !(best && best->gap <= found->gap)) best = found;
  }
  return best;
}

}  // namespace

MaxMargin max_margin(const Matrix& a, double p, double tolerance) {
  if (!(p > 1)) throw Error(fmt::format("max_margin: p must be above 1, got {}", p));
  if (a.shape(0) == 0) throw Error("max_margin: no constraint was given");
  std::optional<MaxMargin> best = by_dual(a, std::min(p, 2.0), p > 2 ? 1e-2 : tolerance);
  if (best && p > 2) best = by_primal(a, p, tolerance, best->w);
  if (!best) throw Error("max_margin: no w has A w > 0, so that nothing separates the constraints");
  if (!(best->gap <= tolerance)) {
    throw Error(
        fmt::format("max_margin: the duality gap stayed at {:.2g}, above {:.2g}", best->gap, tolerance));
  }
  return *best;
}

}  // namespace qklab
