// Matrices of normal numbers.
#pragma once

#include <xtensor/xbuilder.hpp>

#include "core/base/array.hpp"
#include "core/base/stream.hpp"

namespace qklab::nn {

inline Matrix draw_normal(std::size_t rows, std::size_t columns, double deviation, Stream stream) {
  Matrix m = xt::empty<double>({rows, columns});
  for (double& v : m) v = deviation * stream.normal();
  return m;
}

}  // namespace qklab::nn
