#include "core/autodiff/sharpness.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>
#include <xtensor-blas/xlinalg.hpp>

#include "core/base/error.hpp"

namespace qklab::autodiff {
namespace {

using Vector = std::vector<double>;

double dot(const Vector& a, const Vector& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

// The Hessian of one block as an operator.
template <class T> class BlockHessian {
 public:
  BlockHessian(Tape<T>& tape, Tensor<T> loss, std::size_t offset, std::size_t size)
      : tape_(tape),
        loss_(loss),
        x_(tape.parameters().subspan(offset, size)),
        gradient_(tape.gradients().subspan(offset, size)),
        kept_(x_.begin(), x_.end()) {
    double squares = 0;
    for (const T x : kept_) squares += static_cast<double>(x) * static_cast<double>(x);
    step_ = std::cbrt(static_cast<double>(std::numeric_limits<T>::epsilon())) * (1 + std::sqrt(squares));
  }
  BlockHessian(const BlockHessian&) = delete;
  BlockHessian& operator=(const BlockHessian&) = delete;
  ~BlockHessian() { std::ranges::copy(kept_, x_.begin()); }

  // For a unit vector v.
  Vector times(const Vector& v) {
    Vector result(v.size());
    for (const double sign : {1.0, -1.0}) {
      for (std::size_t i = 0; i < v.size(); ++i)
        x_[i] = static_cast<T>(static_cast<double>(kept_[i]) + sign * step_ * v[i]);
      tape_.forward();
      tape_.backward(loss_);
      for (std::size_t i = 0; i < v.size(); ++i)
        result[i] += sign * static_cast<double>(gradient_[i]) / (2 * step_);
    }
    return result;
  }

 private:
  Tape<T>& tape_;
  Tensor<T> loss_;
  std::span<T> x_, gradient_;
  std::vector<T> kept_;
  double step_;
};

// The largest eigenvalue of the symmetric matrix with this diagonal and the numbers beside it, and the last coordinate
// of its unit vector.
std::pair<double, double> largest_ritz(const Vector& diagonal, const Vector& beside) {
  const std::size_t n = diagonal.size();
  xt::xtensor<double, 2> matrix = xt::zeros<double>({n, n});
  for (std::size_t i = 0; i < n; ++i) {
    matrix(i, i) = diagonal[i];
    if (i + 1 < n) matrix(i, i + 1) = matrix(i + 1, i) = beside[i];
  }
  const auto [values, vectors] = xt::linalg::eigh(matrix);
  return {values(n - 1), vectors(n - 1, n - 1)};
}

// Scales to length 1, and yields what the length was.
double normalize(Vector& v) {
  const double length = std::sqrt(dot(v, v));
  for (double& x : v) x /= length;
  return length;
}

}  // namespace

template <class T>
Sharpness block_sharpness(Tape<T>& tape, Tensor<T> loss, std::size_t block, Stream start,
                          LanczosLimits limits) {
  const auto& of = tape.blocks().at(block);
  if (!of.trainable)
    throw Error(fmt::format("[block_sharpness] {} is not trained, so that it has no gradient", of.name));
  BlockHessian<T> hessian(tape, loss, of.offset, of.size);
  Vector next(of.size);
  for (double& x : next) x = start.normal();
  normalize(next);
  std::vector<Vector> basis;
  Vector diagonal, beside;
  Sharpness found;
  while (true) {
    basis.push_back(next);
    next = hessian.times(basis.back());
    ++found.products;
    const double size = std::sqrt(dot(next, next));
    diagonal.push_back(dot(next, basis.back()));
    // Twice, since the first pass leaves rounding errors of the size of what it takes away.
    for (int pass = 0; pass < 2; ++pass) {
      for (const Vector& earlier : basis) {
        const double along = dot(next, earlier);
        for (std::size_t i = 0; i < next.size(); ++i) next[i] -= along * earlier[i];
      }
    }
    const auto [eigenvalue, last] = largest_ritz(diagonal, beside);
    const double rest = std::sqrt(dot(next, next));
    found.eigenvalue = eigenvalue;
    found.residual = rest * std::abs(last);
    const bool exhausted = basis.size() == of.size || !(rest > 1e-9 * size);
    if (exhausted || found.products >= limits.products ||
        found.residual <= limits.tolerance * std::abs(eigenvalue))
      return found;
    beside.push_back(normalize(next));
  }
}

template Sharpness block_sharpness(Tape<float>&, Tensor<float>, std::size_t, Stream, LanczosLimits);
template Sharpness block_sharpness(Tape<double>&, Tensor<double>, std::size_t, Stream, LanczosLimits);

}  // namespace qklab::autodiff
