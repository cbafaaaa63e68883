#include "core/kernels/layernorm.hpp"

#include "core/kernels/vector.hpp"

namespace qklab::kernels {

void layer_norm(std::size_t rows, std::size_t n, float epsilon, const float* x, const float* gain,
                const float* bias, float* y, float* kept) {
  const float share = 1 / static_cast<float>(n);
  for (std::size_t r = 0; r < rows; ++r, x += n, y += n, kept += 2) {
    Batch total(0.0f), squares(0.0f);
    for_batches(n, [&](auto load, auto) { total += load(x); });
    const float mean = xsimd::hadd(total) * share;
    for_batches(n, [&](auto load, auto) {
      const Batch distance = load(x, mean) - Batch(mean);
      squares = xsimd::fma(distance, distance, squares);
    });
    const float scale = 1 / std::sqrt(xsimd::hadd(squares) * share + epsilon);
    for_batches(n, [&](auto load, auto store) {
      const Batch normal = (load(x) - Batch(mean)) * Batch(scale);
      store(gain ? xsimd::fma(normal, load(gain), load(bias)) : normal, y);
    });
    kept[0] = mean;
    kept[1] = scale;
  }
}

void layer_norm_backward_x(std::size_t rows, std::size_t n, const float* x, const float* gain,
                           const float* kept, const float* dy, float beta, float* dx) {
  const float share = 1 / static_cast<float>(n);
  for (std::size_t r = 0; r < rows; ++r, x += n, dy += n, dx += n, kept += 2) {
    const Batch mean(kept[0]), scale(kept[1]);
    Batch along_one(0.0f), along_normal(0.0f);
    for_batches(n, [&](auto load, auto) {
      const Batch slope = gain ? load(dy) * load(gain) : load(dy);
      along_one += slope;
      along_normal = xsimd::fma(slope, load(x) - mean, along_normal);
    });
    // dx = scale (slope - mean slope - normal mean(slope normal)), normal = scale (x - mean).
    const Batch level(xsimd::hadd(along_one) * share);
    const Batch tilt(xsimd::hadd(along_normal) * share * kept[1] * kept[1]);
    for_batches(n, [&](auto load, auto store) {
      const Batch slope = gain ? load(dy) * load(gain) : load(dy);
      const Batch rest = slope - xsimd::fma(load(x) - mean, tilt, level);
      store(beta == 0 ? scale * rest : xsimd::fma(scale, rest, Batch(beta) * load(dx)), dx);
    });
  }
}

}  // namespace qklab::kernels
