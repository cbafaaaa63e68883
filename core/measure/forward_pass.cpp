#include "core/measure/forward_pass.hpp"

#include <algorithm>
#include <cmath>
#include <xtensor/xmath.hpp>
#include <xtensor/xview.hpp>

#include "core/base/elementary.hpp"
#include "core/kernels/dense.hpp"
#include "core/kernels/fused/normalizers.hpp"

namespace qklab {
namespace {

using kernels::multiply;
using kernels::Operand;
using kernels::Softmax;

// p - base where p = softmax(log base + shift), [T]. Small shifts are taken through expm1: the difference is
// then as accurate as they are. `scores` is log base up to a constant.
void weight_change(const Vector& scores, const Vector& base, const double* shift, double* change) {
  const std::size_t n = base.size();
  const double largest = std::abs(
      *std::max_element(shift, shift + n, [](double a, double b) { return std::abs(a) < std::abs(b); }));
  if (largest < 0.5) {
    double mean = 0;
    for (std::size_t t = 0; t < n; ++t) mean += base(t) * (change[t] = elementary::expm1(shift[t]));
    for (std::size_t t = 0; t < n; ++t) change[t] = base(t) * (change[t] - mean) / (1 + mean);
    return;
  }
  Vector total = xt::empty<double>({n});
  for (std::size_t t = 0; t < n; ++t) total(t) = scores(t) + shift[t];
  Softmax::forward(n, total.data(), change);
  for (std::size_t t = 0; t < n; ++t) change[t] -= base(t);
}

}  // namespace

Matrix attention_logits(const Matrix& tokens, const Matrix& qk, double temperature) {
  const Matrix images = multiply(tokens, qk, Operand::plain, Operand::transposed);  // row q: W x_q
  Matrix logits = multiply(images, tokens, Operand::plain, Operand::transposed);
  logits /= temperature;
  return logits;
}

Matrix softmax_rows(const Matrix& logits, Mask mask) {
  const std::size_t length = logits.shape(0);
  Matrix weights = xt::zeros<double>({length, length});
  for (std::size_t q = 0; q < length; ++q) {
    const KeyRange keys = mask.keys(q, length);
    Softmax::forward(keys.size(), &logits(q, keys.begin), &weights(q, keys.begin));
  }
  return weights;
}

Matrix attention_weights(const Matrix& tokens, const Matrix& qk, double temperature, Mask mask) {
  return softmax_rows(attention_logits(tokens, qk, temperature), mask);
}

// With x_t = m + D_t, what query q's scores share over keys cancels, which leaves D_t^T W m, the same for all
// queries, and D_t^T W D_q. So p_q = softmax(u + v_q), and the queries' outputs differ by (p_q - softmax(u))
// D alone: of third order in D. Masked queries see different keys, so their outputs differ by P D, of first
// order, and nothing needs to be kept apart but D itself.
Tokens attend(const Tokens& tokens, const Matrix& qk, const Matrix& value, double temperature, Mask mask) {
  const Matrix& deviation = tokens.deviation;
  const std::size_t length = tokens.length();
  if (mask != Mask::none()) {
    const Matrix weights = attention_weights(tokens.matrix(), qk, temperature, mask);
    const Matrix mixed = multiply(weights, deviation);
    return centered(multiply(value, tokens.mean, Operand::transposed), multiply(mixed, value));
  }
  Vector common = multiply(deviation, multiply(qk, tokens.mean));  // u, [T]
  common /= temperature;
  const Matrix images = multiply(deviation, qk, Operand::plain, Operand::transposed);
  Matrix own = multiply(images, deviation, Operand::plain, Operand::transposed);  // v, [queries, keys]
  own /= temperature;

  Vector base = xt::empty<double>({length});
  Softmax::forward(length, common.data(), base.data());
  Matrix change = xt::empty<double>({length, length});
  for (std::size_t q = 0; q < length; ++q) weight_change(common, base, &own(q, 0), &change(q, 0));

  const Vector mean = tokens.mean + multiply(deviation, base, Operand::transposed);
  const Matrix mixed = multiply(change, deviation);
  return centered(multiply(value, mean, Operand::transposed), multiply(mixed, value));
}

// With c = m and E = D less their means over the width, s = |c|^2/d + epsilon and h = (2 c.E + |E|^2)/d:
//     (c + E)/sqrt(s + h) - c/sqrt(s) = E/sqrt(s + h) - c h / (sqrt(s) sqrt(s + h) (sqrt(s) + sqrt(s + h)))
Tokens layer_normalized(const Tokens& tokens, double epsilon) {
  const auto width = static_cast<double>(tokens.width());
  const Vector c = tokens.mean - xt::mean(tokens.mean)();
  const double s = xt::sum(xt::square(c))() / width + epsilon;
  Matrix deviation = tokens.deviation;
  for (std::size_t t = 0; t < tokens.length(); ++t) {
    auto row = xt::view(deviation, t, xt::all());
    row -= xt::mean(row)();
    const double h = (2 * xt::sum(c * row)() + xt::sum(xt::square(row))()) / width;
    const double before = std::sqrt(s), after = std::sqrt(xt::sum(xt::square(c + row))() / width + epsilon);
    row = row / after - c * (h / (before * after * (before + after)));
  }
  return centered(c / std::sqrt(s), std::move(deviation));
}

// relu(a + e) - relu(a) is exact where it is written as max(e, -a) for a > 0 and max(a + e, 0) otherwise.
Tokens perceptron(const Tokens& tokens, const Matrix& in, const Matrix& out) {
  const Vector a = multiply(in, tokens.mean, Operand::transposed);
  Matrix hidden = multiply(tokens.deviation, in);
  for (std::size_t t = 0; t < tokens.length(); ++t) {
    for (std::size_t j = 0; j < a.size(); ++j) {
      double& e = hidden(t, j);
      e = a(j) > 0 ? std::max(e, -a(j)) : std::max(a(j) + e, 0.0);
    }
  }
  const Vector mean = xt::maximum(a, 0.0);
  return centered(multiply(out, mean, Operand::transposed), multiply(hidden, out));
}

Tokens operator+(const Tokens& a, const Tokens& b) { return {a.mean + b.mean, a.deviation + b.deviation}; }

}  // namespace qklab
