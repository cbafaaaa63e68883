#include "core/kernels/normalizers.hpp"

#include "core/kernels/vector.hpp"

namespace qklab::kernels {

Softmax::Terms<float> Softmax::forward(std::size_t n, const float* x, float* y) {
  constexpr float least = -std::numeric_limits<float>::infinity();
  Batch largest(least), total(0.0f);
  for_batches(n, [&](auto load, auto) { largest = xsimd::max(largest, load(x, least)); });
  const float shift = top(largest);
  for_batches(n, [&](auto load, auto store) {
    const Batch e = xsimd::exp(load(x, least) - Batch(shift));
    total += e;
    store(e, y);
  });
  const float sum = xsimd::hadd(total);
  const Batch factor(1 / sum);
  for_batches(n, [&](auto load, auto store) { store(load(y) * factor, y); });
  return {shift, sum};
}

void Softmax::backward(std::size_t n, const float* y, const float* dy, float* dx) {
  Batch total(0.0f);
  for_batches(n, [&](auto load, auto) { total = xsimd::fma(load(y), load(dy), total); });
  const Batch mean(xsimd::hadd(total));
  for_batches(n, [&](auto load, auto store) { store(xsimd::fma(load(y), load(dy) - mean, load(dx)), dx); });
}

}  // namespace qklab::kernels
