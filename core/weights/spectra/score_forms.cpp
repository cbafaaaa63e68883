#include "core/weights/spectra/score_forms.hpp"

#include <algorithm>
#include <cmath>

#include "core/kernels/dense.hpp"

namespace qklab::weights {

namespace {

using kernels::multiply;
using kernels::Operand;

double trace_of_product(const Matrix& a, const Matrix& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.shape(0); ++i)
    for (std::size_t j = 0; j < a.shape(1); ++j) sum += a(i, j) * b(j, i);
  return sum;
}

double trace(const Matrix& a) {
  double sum = 0;
  for (std::size_t i = 0; i < a.shape(0); ++i) sum += a(i, i);
  return sum;
}

double squares(const Vector& a) {
  double sum = 0;
  for (const double each : a) sum += each * each;
  return sum;
}

// Traces that the moments need; with factors W = W_k W_q^T all of them are traces of products of m x m matrices.
struct Traces {
  double w = 0, w_squared = 0, b = 0, b_squared = 0, b_w = 0;
  double shift = 0, mapped_shift = 0, met_shift = 0;  // |c|^2, |W^T c|^2, c . W c
};

// Of the transpose of W. B is symmetric.
Traces traces_of_combined(const Matrix& w) {
  const Matrix b = multiply(w, w, Operand::plain, Operand::transposed);
  return {.w = trace(w),
          .w_squared = trace_of_product(w, w),
          .b = trace(b),
          .b_squared = trace_of_product(b, b),
          .b_w = trace_of_product(b, w)};
}

Traces traces_of_factors(const HeadWeights& of) {
  const Matrix of_query = multiply(of.query, of.query, Operand::transposed),
               of_key = multiply(of.key, of.key, Operand::transposed),
               both = multiply(of.query, of.key, Operand::transposed);  // W_q^T W_k
  const Matrix product = multiply(of_key, of_query);
  Traces out{.w = trace(both),
             .w_squared = trace_of_product(both, both),
             .b = trace(product),
             .b_squared = trace_of_product(product, product),
             .b_w = trace_of_product(multiply(of_query, of_key), both)};
  const Vector& bias = of.query_bias;
  const Vector shift = multiply(of.key, bias);                       // c
  const Vector seen = multiply(of.key, shift, Operand::transposed);  // W_k^T c
  out.shift = squares(shift);
  out.mapped_shift = squares(multiply(of.query, seen));                                // W^T c = W_q W_k^T c
  const Vector asked = multiply(of.query, shift, Operand::transposed);                 // W_q^T c
  for (std::size_t i = 0; i < asked.size(); ++i) out.met_shift += asked(i) * seen(i);  // c . W_k W_q^T c
  return out;
}

// Gauss-Hermite quadrature for a normal number, from numpy.polynomial.hermite_e.hermegauss(9): the nodes that are not
// negative, and their probabilities.
struct NormalNode {
  double at, probability;
};
constexpr NormalNode normal_nodes[] = {{0.0, 0.40634920634920635},
                                       {1.0232556637891326, 0.24409750289493953},
                                       {2.07684797867783, 0.04991640676521782},
                                       {3.20542900285647, 0.0027891413212317692},
                                       {4.512745863399783, 2.2345844007746607e-05}};

}  // namespace

ScoreForms score_forms(const HeadWeights& weights) {
  const Traces t = weights.is_combined() ? traces_of_combined(weights.query) : traces_of_factors(weights);
  const auto d = static_cast<double>(weights.dim()), m = static_cast<double>(weights.width());
  const double over = 2 * d * d / (d + 2), symmetric = (t.b + t.w_squared) / 2;  // tr S^2
  ScoreForms out;
  out.v = (t.b + t.shift) / m;
  out.s = t.w / std::sqrt(m);
  // Rounding may leave a little below 0 where all eigenvalues are equal.
  out.var_v = (over * std::max(0.0, t.b_squared / d - t.b * t.b / (d * d)) + 4 * t.mapped_shift) / (m * m);
  out.var_s = (over * std::max(0.0, symmetric / d - t.w * t.w / (d * d)) + t.shift) / m;
  out.covariance = (over * (t.b_w / d - t.b * t.w / (d * d)) + 2 * t.met_shift) / (m * std::sqrt(m));
  return out;
}

RandomEnergy attention_of(const ScoreForms& forms, std::size_t dim, std::size_t length) {
  const auto d = static_cast<double>(dim);
  const double relative = forms.v > 0 ? forms.var_v / (forms.v * forms.v) : 0;
  if (!(relative > 1e-12)) return random_energy({{0, forms.v, d}, {forms.s, forms.var_s}}, length);
  const double log_variance = std::log1p(relative), slope = forms.covariance / forms.var_v;
  const double var_s = std::max(0.0, forms.var_s - slope * forms.covariance);
  RandomEnergy out;
  const auto add = [&](double z, double probability) {
    const double v = forms.v * std::exp(std::sqrt(log_variance) * z - log_variance / 2);
    const RandomEnergy at = random_energy({{0, v, d}, {forms.s + slope * (v - forms.v), var_s}}, length);
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

}  // namespace qklab::weights
