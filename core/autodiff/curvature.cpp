#include "core/autodiff/curvature.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/error.hpp"

namespace qklab::autodiff {
namespace {

template <class T> double norm(std::span<const T> x) {
  double sum = 0;
  for (T element : x) sum += static_cast<double>(element) * static_cast<double>(element);
  return std::sqrt(sum);
}

}  // namespace

template <class T> std::vector<double> gradient_norms(Tape<T>& tape) {
  std::vector<double> norms;
  for (const auto& block : tape.blocks()) {
    norms.push_back(norm<T>(tape.gradients().subspan(block.offset, block.size)));
  }
  return norms;
}

template <class T>
void hessian_vector_product(Tape<T>& tape, Tensor<T> loss, std::span<const T> v, std::span<T> result) {
  const std::span<T> x = tape.parameters(), gradients = tape.gradients();
  if (v.size() != x.size() || result.size() != x.size()) {
    throw Error(
        fmt::format("[hessian_vector_product] {} parameters, but {} in the direction and {} in the result",
                    x.size(), v.size(), result.size()));
  }
  const std::vector<T> kept(x.begin(), x.end()), direction(v.begin(), v.end());
  const double length = norm<T>(v);
  const double step = length == 0 ? 0
                                  : std::cbrt(static_cast<double>(std::numeric_limits<T>::epsilon())) *
                                        (1 + norm<T>(x)) / length;
  const auto gradients_at = [&](double distance) {
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i] = static_cast<T>(static_cast<double>(kept[i]) + distance * static_cast<double>(direction[i]));
    }
    tape.forward();
    tape.backward(loss);
  };
  std::ranges::fill(result, T{0});
  for (const double sign : {1.0, -1.0}) {
    if (length == 0) break;
    gradients_at(sign * step);
    for (std::size_t i = 0; i < x.size(); ++i) {
      result[i] += static_cast<T>(sign * static_cast<double>(gradients[i]) / (2 * step));
    }
  }
  gradients_at(0);
}

template std::vector<double> gradient_norms(Tape<float>&);
template std::vector<double> gradient_norms(Tape<double>&);
template void hessian_vector_product(Tape<float>&, Tensor<float>, std::span<const float>, std::span<float>);
template void hessian_vector_product(Tape<double>&, Tensor<double>, std::span<const double>,
                                     std::span<double>);

}  // namespace qklab::autodiff
