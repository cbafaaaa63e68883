// See core/kernels/crossentropy.hpp.
#include <algorithm>

#include "core/kernels/simd/functions.hpp"
#include "core/kernels/simd/kernels.hpp"

namespace qklab::kernels::QKLAB_LEVEL {

// Losses of 16 rows at a time, for the sake of their logarithms.
float cross_entropy(std::size_t rows, std::size_t classes, std::int32_t ignore, float used,
                    const float* logits, const std::int32_t* targets, float* gradient) {
  constexpr float least = -std::numeric_limits<float>::infinity();
  constexpr std::size_t together = lanes<float>;
  float loss = 0;
  for (std::size_t first = 0; first < rows; first += together) {
    const std::size_t count = std::min(together, rows - first);
    float total[together], above[together];  // sum of exp(logit - top), and top minus the target's logit
    std::fill_n(total, together, 1.0f);
    std::fill_n(above, together, 0.0f);
    for (std::size_t i = 0; i < count; ++i, logits += classes, gradient += classes) {
      const std::int32_t target = targets[first + i];
      if (target == ignore) {
        std::fill_n(gradient, classes, 0.0f);
        continue;
      }
      Floats largest(least), sums(0.0f);
      for_registers(classes, [&](auto load, auto) { largest = larger(largest, load(logits, least)); });
      const float shift = top(largest);
      for_registers(classes, [&](auto load, auto store) {
        const Floats e = exp(load(logits, least) - shift);
        sums = sums + e;
        store(e, gradient);
      });
      total[i] = sum(sums);
      above[i] = shift - logits[target];
      const Floats factor(1 / (total[i] * used));
      for_registers(classes, [&](auto load, auto store) { store(load(gradient) * factor, gradient); });
      gradient[target] -= 1 / used;
    }
    float each[together];
    (log(Floats::load(total)) + Floats::load(above)).store(each);
    for (std::size_t i = 0; i < count; ++i) loss += each[i];
  }
  return loss / used;
}

}  // namespace qklab::kernels::QKLAB_LEVEL
