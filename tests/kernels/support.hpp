// Random operands for the tests of kernels.
#pragma once

#include <vector>

#include "core/base/stream.hpp"

namespace qklab::kernels {

inline std::vector<float> normals(std::size_t n, std::uint64_t seed, double deviation = 1) {
  std::vector<float> x(n);
  Stream stream(seed, n, "kernels");
  for (float& value : x) value = static_cast<float>(deviation * stream.normal());
  return x;
}

}  // namespace qklab::kernels
