// A matrix of independent normal numbers of deviation `scale`.
#pragma once

#include "core/base/array.hpp"
#include "core/base/stream.hpp"

namespace qklab {

inline Matrix normal(std::size_t rows, std::size_t columns, double scale, Stream stream) {
  Matrix m = xt::empty<double>({rows, columns});
  for (double& v : m) v = scale * stream.normal();
  return m;
}

}  // namespace qklab
