#include "core/theory/mirror_map.hpp"

#include <cmath>

#include "core/base/elementary.hpp"
#include "core/kernels/reduce.hpp"

namespace qklab {

double lp_norm(std::span<const double> x, double p) {
  return elementary::pow(
      kernels::sum_of<double>(x.size(), [=](std::size_t i) { return elementary::pow(std::abs(x[i]), p); }),
      1 / p);
}

double to_dual(double x, double p) { return std::copysign(elementary::pow(std::abs(x), p - 1), x); }

void mirror_step(std::span<double> x, std::span<double> dual, std::span<const double> gradient, double p,
                 double eta) {
  for (std::size_t i = 0; i < x.size(); ++i) {
    dual[i] -= eta * gradient[i];
    x[i] = std::copysign(elementary::pow(std::abs(dual[i]), 1 / (p - 1)), dual[i]);
  }
}

}  // namespace qklab
