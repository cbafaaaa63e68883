#include "core/kernels/crossentropy.hpp"

#include "core/kernels/vector.hpp"

namespace qklab::kernels {

float softmax_with_log_sum(std::size_t n, const float* x, float* p) {
  constexpr float least = -std::numeric_limits<float>::infinity();
  Batch largest(least), total(0.0f);
  for_batches(n, [&](auto load, auto) { largest = xsimd::max(largest, load(x, least)); });
  const float shift = top(largest);
  for_batches(n, [&](auto load, auto store) {
    const Batch e = xsimd::exp(load(x, least) - Batch(shift));
    total += e;
    store(e, p);
  });
  const float sum = xsimd::hadd(total);
  const Batch factor(1 / sum);
  for_batches(n, [&](auto load, auto store) { store(load(p) * factor, p); });
  return shift + std::log(sum);
}

}  // namespace qklab::kernels
