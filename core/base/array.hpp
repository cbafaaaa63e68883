// The array types used throughout: dense, row-major, of a rank fixed at compile time.
#pragma once

#include <xtensor/xtensor.hpp>

namespace qklab {

using Vector = xt::xtensor<double, 1>;
using Matrix = xt::xtensor<double, 2>;
using VectorF = xt::xtensor<float, 1>;
using MatrixF = xt::xtensor<float, 2>;

}  // namespace qklab
