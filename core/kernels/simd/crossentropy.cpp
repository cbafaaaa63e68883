// See core/kernels/fused/crossentropy.hpp.
#include <algorithm>

#include "core/kernels/simd/exponentials.hpp"
#include "core/kernels/simd/kernels.hpp"

namespace qklab::kernels::QKLAB_LEVEL {

// Losses of 16 rows at a time, for the sake of their logarithms.
void cross_entropy_rows(std::size_t rows, std::size_t classes, std::int32_t ignore, float used,
                        const float* logits, const std::int32_t* targets, float* gradient, float* losses) {
  constexpr std::size_t together = lanes<float>;
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
      const float logit = logits[target];  // before the gradient may take its place
      const Exponentials terms = exponentials(classes, logits, gradient);
      total[i] = terms.sum;
      above[i] = terms.top - logit;
      scale(classes, 1 / (terms.sum * used), gradient);
      gradient[target] -= 1 / used;
    }
    store_part(log(Floats::load(total)) + Floats::load(above), losses + first, count);
  }
}

}  // namespace qklab::kernels::QKLAB_LEVEL
