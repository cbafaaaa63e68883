#include "core/kernels/gelu.hpp"

#include "core/kernels/vector.hpp"

namespace qklab::kernels {

void gelu_with_slope(std::size_t rows, std::size_t n, float* x, const float* bias, float* y) {
  for (std::size_t r = 0; r < rows; ++r, x += n, y += n) {
    for_batches(n, [&](auto load, auto store) {
      const Batch z = bias ? load(x) + load(bias) : load(x);
      const Normal parts = normal(z);
      store(z * parts.distribution, y);
      store(xsimd::fma(z, parts.density, parts.distribution), x);
    });
  }
}

}  // namespace qklab::kernels
