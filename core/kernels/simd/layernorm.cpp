#include "core/kernels/simd/kernels.hpp"
#include "core/kernels/simd/register.hpp"

namespace qklab::kernels::QKLAB_LEVEL {

void layer_norm(std::size_t rows, std::size_t n, float epsilon, const float* x, const float* gain,
                const float* bias, float* y, float* kept) {
  const float share = 1 / static_cast<float>(n);
  for (std::size_t r = 0; r < rows; ++r, x += n, y += n, kept += 2) {
    Floats total(0.0f), squares(0.0f);
    for_registers(n, [&](auto load, auto) { total = total + load(x); });
    const float mean = sum(total) * share;
    for_registers(n, [&](auto load, auto) {
      const Floats distance = load(x, mean) - mean;
      squares = fma(distance, distance, squares);
    });
    const float scale = 1 / std::sqrt(sum(squares) * share + epsilon);
    for_registers(n, [&](auto load, auto store) {
      const Floats normal = (load(x) - mean) * scale;
      store(gain ? fma(normal, load(gain), load(bias)) : normal, y);
    });
    kept[0] = mean;
    kept[1] = scale;
  }
}

void layer_norm_slope(std::size_t rows, std::size_t n, const float* x, const float* gain, const float* kept,
                      const float* dy, float beta, float* dx) {
  const float share = 1 / static_cast<float>(n);
  for (std::size_t r = 0; r < rows; ++r, x += n, dy += n, dx += n, kept += 2) {
    const Floats mean(kept[0]), scale(kept[1]);
    Floats along_one(0.0f), along_normal(0.0f);
    for_registers(n, [&](auto load, auto) {
      const Floats slope = gain ? load(dy) * load(gain) : load(dy);
      along_one = along_one + slope;
      along_normal = fma(slope, load(x) - mean, along_normal);
    });
    // dx = scale (slope - mean slope - normal mean(slope normal)), normal = scale (x - mean).
    const Floats level(sum(along_one) * share);
    const Floats tilt(sum(along_normal) * share * kept[1] * kept[1]);
    for_registers(n, [&](auto load, auto store) {
      const Floats slope = gain ? load(dy) * load(gain) : load(dy);
      const Floats rest = slope - fma(load(x) - mean, tilt, level);
      store(beta == 0 ? scale * rest : fma(scale, rest, Floats(beta) * load(dx)), dx);
    });
  }
}

void layer_norm_parameters(std::size_t rows, std::size_t n, const float* x, const float* kept,
                           const float* dy, float* dgain, float* dbias) {
  for (std::size_t r = 0; r < rows; ++r, x += n, dy += n, kept += 2) {
    const Floats mean(kept[0]), scale(kept[1]);
    for_registers(n, [&](auto load, auto store) {
      const Floats upstream = load(dy);
      if (dgain) store(fma(upstream * scale, load(x) - mean, load(dgain)), dgain);
      if (dbias) store(load(dbias) + upstream, dbias);
    });
  }
}

}  // namespace qklab::kernels::QKLAB_LEVEL
