#include "core/measure/tokens.hpp"

#include <cmath>
#include <numeric>
#include <xtensor-blas/xlinalg.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xview.hpp>

#include "core/base/error.hpp"

namespace qklab {
namespace {

// NaN where any entry is.
double largest_entry(const Matrix& a) {
  return std::accumulate(a.begin(), a.end(), 0.0, [](double top, double v) {
    return std::isnan(top) || top >= std::abs(v) ? top : std::abs(v);
  });
}

double mean_cosine(const Matrix& x) {
  const std::size_t length = x.shape(0);
  if (length == 1) return 1;
  const Vector norms = xt::sqrt(xt::sum(xt::square(x), {1}));
  const Vector scale = xt::where(norms > 0.0, 1.0 / norms, xt::where(xt::equal(norms, 0.0), 0.0, norms));
  const Matrix directions = x * xt::view(scale, xt::all(), xt::newaxis());
  const Vector sum = xt::sum(directions, {0});
  // Every pair twice, and each token with itself.
  const double all = xt::sum(xt::square(sum))(), own = xt::sum(xt::square(directions))();
  const double pairs = static_cast<double>(length) * static_cast<double>(length - 1);
  return (all - own) / pairs;
}

void measure_ranks(const Matrix& x, TokenMeasures& measures) {
  const double top = largest_entry(x);
  if (top == 0) return;
  if (!std::isfinite(top)) {
    measures.stable_rank = measures.effective_rank = top - top;  // NaN: LAPACK may not return
    return;
  }
  const Matrix scaled = x / top;
  const Vector s = std::get<1>(xt::linalg::svd(scaled, false, false));
  measures.stable_rank = xt::sum(xt::square(s))() / (s(0) * s(0));
  const Vector p = s / xt::sum(s)();
  measures.effective_rank = std::exp(-xt::sum(p * xt::log(xt::where(p > 0.0, p, 1.0)))());
}

}  // namespace

Matrix Tokens::matrix() const { return deviation + xt::view(mean, xt::newaxis(), xt::all()); }

Tokens centered(Vector mean, Matrix deviation) {
  const Vector shift = xt::mean(deviation, {0});
  deviation -= xt::view(shift, xt::newaxis(), xt::all());
  mean += shift;
  return {std::move(mean), std::move(deviation)};
}

Tokens split(const Matrix& tokens) {
  if (tokens.shape(0) == 0 || tokens.shape(1) == 0) throw Error("tokens: expected at least one, of width 1");
  return centered(xt::zeros<double>({tokens.shape(1)}), tokens);
}

double frobenius_norm(const Matrix& a) {
  const double top = largest_entry(a);
  if (top == 0 || !std::isfinite(top)) return top;
  return top * std::sqrt(xt::sum(xt::square(a / top))());
}

double dong_norm(const Matrix& a) {
  const double by_column = xt::amax(xt::sum(xt::abs(a), {0}))(),
               by_row = xt::amax(xt::sum(xt::abs(a), {1}))();
  return std::sqrt(by_column) * std::sqrt(by_row);
}

double rank_residual(const Tokens& tokens) {
  const double norm = frobenius_norm(tokens.matrix());
  return norm == 0 ? 0 : frobenius_norm(tokens.deviation) / norm;
}

TokenMeasures measure_tokens(const Tokens& tokens) {
  const Matrix x = tokens.matrix();
  TokenMeasures measures;
  measures.residual = rank_residual(tokens);
  measures.dong_residual = largest_entry(x) == 0 ? 0 : dong_norm(tokens.deviation) / dong_norm(x);
  measures.cosine = mean_cosine(x);
  measure_ranks(x, measures);
  return measures;
}

}  // namespace qklab
