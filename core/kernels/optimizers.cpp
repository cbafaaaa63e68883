#include "core/kernels/optimizers.hpp"

#include "core/kernels/vector.hpp"

namespace qklab::kernels {

void adam(std::size_t n, const AdamStep<float>& s, const float* g, float* w, float* m, float* v) {
  const Batch step(s.rate / s.correction1), keep(s.decoupled ? 1 - s.rate * s.decay : 1.0f);
  const Batch coupled(s.decoupled ? 0.0f : s.decay), factor(s.factor), correction(1 / s.root_correction2);
  const Batch beta1(s.beta1), beta2(s.beta2), rest1(1 - s.beta1), rest2(1 - s.beta2), epsilon(s.epsilon);
  for_batches(n, [&](auto load, auto store) {
    const Batch weight = load(w), gradient = xsimd::fma(coupled, weight, factor * load(g));
    const Batch first = xsimd::fma(beta1, load(m), rest1 * gradient);
    const Batch second = xsimd::fma(beta2, load(v), rest2 * gradient * gradient);
    store(first, m);
    store(second, v);
    store(keep * weight - step * first / xsimd::fma(xsimd::sqrt(second), correction, epsilon), w);
  });
}

}  // namespace qklab::kernels
