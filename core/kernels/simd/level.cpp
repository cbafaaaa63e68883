#include "core/kernels/simd/kernels.hpp"
#include "core/kernels/simd/register.hpp"

#define QKLAB_TEXT(x) #x
#define QKLAB_NAME(x) QKLAB_TEXT(x)

namespace qklab::kernels::QKLAB_LEVEL {

#ifdef QKLAB_PORTABLE
#define QKLAB_REGISTERS "no SIMD"
#else
#define QKLAB_REGISTERS xsimd::default_arch::name()
#endif

const Level& level() {
  static const Level table{
      .name = QKLAB_NAME(QKLAB_LEVEL),
      .registers = QKLAB_REGISTERS,
      .product = product<float>,
      .product_double = product<double>,
      .transpose = transpose<float>,
      .softmax = softmax,
      .softmax_slope = softmax_slope,
      .softmax_rows = softmax_rows,
      .softmax_slope_rows = softmax_slope_rows,
      .cross_entropy_rows = cross_entropy_rows,
      .layer_norm = layer_norm,
      .layer_norm_slope = layer_norm_slope,
      .layer_norm_parameters = layer_norm_parameters,
      .gelu_with_slope = gelu_with_slope,
      .adam = adam,
      .exp = exp,
      .log = log,
      .tanh = tanh,
      .sigmoid = sigmoid,
      .gelu = gelu,
      .gelu_slope = gelu_slope,
      .normal = normal,
      .half_turns = half_turns,
      .normals_of = normals_of,
      .fill_normal = fill_normal,
      .fill_words = fill_words,
      .walk_logits = walk_logits,
      .walk_clipped = walk_clipped,
      .walk_softmax = walk_softmax,
  };
  return table;
}

}  // namespace qklab::kernels::QKLAB_LEVEL
