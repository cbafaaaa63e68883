// Functions of one variable, GELU with its slope, and the optimizer that everybody uses.
#include "core/kernels/optimizers.hpp"
#include "core/kernels/simd/functions.hpp"
#include "core/kernels/simd/kernels.hpp"

namespace qklab::kernels::QKLAB_LEVEL {

void exp(std::size_t n, const float* x, float* y) {
  for_registers(n, [&](auto load, auto store) { store(exp(load(x)), y); });
}
void log(std::size_t n, const float* x, float* y) {
  for_registers(n, [&](auto load, auto store) { store(log(load(x)), y); });
}
void tanh(std::size_t n, const float* x, float* y) {
  for_registers(n, [&](auto load, auto store) { store(tanh(load(x)), y); });
}
void sigmoid(std::size_t n, const float* x, float* y) {
  for_registers(n, [&](auto load, auto store) { store(sigmoid(load(x)), y); });
}
void gelu(std::size_t n, const float* x, float* y) {
  for_registers(n, [&](auto load, auto store) { store(load(x) * normal(load(x)).distribution, y); });
}
void gelu_slope(std::size_t n, const float* x, const float* dy, float* dx) {
  for_registers(n, [&](auto load, auto store) {
    const Floats z = load(x);
    const Normal parts = normal(z);
    store(fma(load(dy), fma(z, parts.density, parts.distribution), load(dx)), dx);
  });
}

void normal(std::size_t n, const float* x, float* distribution, float* density) {
  for_registers(n, [&](auto load, auto store) {
    const Normal parts = normal(load(x));
    store(parts.distribution, distribution);
    store(parts.density, density);
  });
}
void half_turns(std::size_t n, const float* x, float* sine, float* cosine) {
  for_registers(n, [&](auto load, auto store) {
    const Circle circle = half_turns(load(x));
    store(circle.sine, sine);
    store(circle.cosine, cosine);
  });
}

void gelu_with_slope(std::size_t rows, std::size_t n, float* x, const float* bias, float* y) {
  for (std::size_t r = 0; r < rows; ++r, x += n, y += n) {
    for_registers(n, [&](auto load, auto store) {
      const Floats z = bias ? load(x) + load(bias) : load(x);
      const Normal parts = normal(z);
      store(z * parts.distribution, y);
      store(fma(z, parts.density, parts.distribution), x);
    });
  }
}

void adam(std::size_t n, const AdamStep<float>& s, const float* g, float* w, float* m, float* v) {
  const Floats step(s.rate / s.correction1), keep(s.decoupled ? 1 - s.rate * s.decay : 1.0f);
  const Floats coupled(s.decoupled ? 0.0f : s.decay), factor(s.factor), correction(1 / s.root_correction2);
  const Floats beta1(s.beta1), beta2(s.beta2), rest1(1 - s.beta1), rest2(1 - s.beta2), epsilon(s.epsilon);
  for_registers(n, [&](auto load, auto store) {
    const Floats weight = load(w), gradient = fma(coupled, weight, factor * load(g));
    const Floats first = fma(beta1, load(m), rest1 * gradient);
    const Floats second = fma(beta2, load(v), rest2 * gradient * gradient);
    store(first, m);
    store(second, v);
    store(keep * weight - step * first / fma(sqrt(second), correction, epsilon), w);
  });
}

}  // namespace qklab::kernels::QKLAB_LEVEL
