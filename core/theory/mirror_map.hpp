// Mirror descent with the potential psi(x) = (1/p) sum |x_i|^p, p > 1: steps are taken in the dual point
//     grad psi(x)_i = sign(x_i) |x_i|^(p-1).
#pragma once

#include <span>

namespace qklab {

// |x|_p.
double lp_norm(std::span<const double> x, double p);

// grad psi at one number.
double to_dual(double x, double p);

// dual -= eta gradient, and x follows. `dual` is grad psi(x); all have the same length.
void mirror_step(std::span<double> x, std::span<double> dual, std::span<const double> gradient, double p,
                 double eta);

}  // namespace qklab
