// The loops that are compiled once for each SIMD level, and the choice among them. All levels come to the
// same bits (docs/reproducibility.md), so that the choice is one of speed alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/base/stream.hpp"
#include "core/kernels/walk.hpp"

namespace qklab::kernels {

// c (m,n) = alpha op(a) op(b) + beta c, as gemm() in gemm.hpp has it.
template <class T> struct Product {
  bool transpose_a, transpose_b;
  int m, n, k;
  T alpha;
  const T* a;
  std::ptrdiff_t lda;
  const T* b;
  std::ptrdiff_t ldb;
  T beta;
  T* c;
  std::ptrdiff_t ldc;
};

// Sums run over so many terms of the inner index at a time, whose panel of b then stays in L1. They are added
// up block by block, so that this is part of what a product means to the last bit.
inline constexpr int inner_block = 256;

// Rows of attention scores, `stride` apart: of row r the first `visible` + r * `more` are seen, and the rest
// up to `seen` is not.
struct ScoreRows {
  int rows;
  std::size_t visible, more, seen;
  std::ptrdiff_t stride;
};

template <class T> struct AdamStep;
struct NormalWords;

// Each member is what the function of the same name does in single precision (or in T): attention.hpp,
// crossentropy.hpp, dropout.hpp, elementwise.hpp, gelu.hpp, gemm.hpp, layernorm.hpp, normal.hpp, normalizers.hpp,
// optimizers.hpp, product.hpp and walk.hpp.
struct Level {
  const char* name;
  const char* registers;  // what a virtual register is made of

  void (*product)(const Product<float>&);
  void (*product_double)(const Product<double>&);
  void (*transpose)(int rows, int columns, const float* x, std::ptrdiff_t ldx, float* y, std::ptrdiff_t ldy);

  void (*softmax)(std::size_t n, const float* x, float* y, float* top, float* sum);
  void (*softmax_slope)(std::size_t n, const float* y, const float* dy, float* dx);
  void (*softmax_rows)(const ScoreRows& rows, const float* x, float* y);
  void (*softmax_slope_rows)(const ScoreRows& rows, const float* y, const float* dy, float* dx);
  void (*cross_entropy_rows)(std::size_t rows, std::size_t classes, std::int32_t ignore, float used,
                             const float* logits, const std::int32_t* targets, float* gradient,
                             float* losses);

  void (*layer_norm)(std::size_t rows, std::size_t n, float epsilon, const float* x, const float* gain,
                     const float* bias, float* y, float* kept);
  void (*layer_norm_slope)(std::size_t rows, std::size_t n, const float* x, const float* gain,
                           const float* kept, const float* dy, float beta, float* dx);
  void (*layer_norm_parameters)(std::size_t rows, std::size_t n, const float* x, const float* kept,
                                const float* dy, float* dgain, float* dbias);

  void (*gelu_with_slope)(std::size_t rows, std::size_t n, float* x, const float* bias, float* y);
  void (*adam)(std::size_t n, const AdamStep<float>& step, const float* g, float* w, float* m, float* v);

  // y = f(x), and for GELU dx += dy f'(x).
  void (*exp)(std::size_t n, const float* x, float* y);
  void (*log)(std::size_t n, const float* x, float* y);
  void (*tanh)(std::size_t n, const float* x, float* y);
  void (*sigmoid)(std::size_t n, const float* x, float* y);
  void (*gelu)(std::size_t n, const float* x, float* y);
  void (*gelu_slope)(std::size_t n, const float* x, const float* dy, float* dx);

  // What of the normal distribution each of n numbers is, for tests of the functions behind GELU and
  // fill_normal: distribution and density at x; sin and cos of pi x, |x| <= 1.
  void (*normal)(std::size_t n, const float* x, float* distribution, float* density);
  void (*half_turns)(std::size_t n, const float* x, float* sine, float* cosine);

  void (*normals_of)(const NormalWords& words, float* out);
  void (*fill_normal)(const Stream& stream, std::uint64_t first_group, std::size_t n, float* out);
  void (*fill_words)(const Stream& stream, std::uint64_t first_group, std::size_t groups, std::uint32_t* out);

  // The block's x and u and the normal numbers in its logits become forms, norms and logits. Then, of its
  // 16 samples `group`, adds to the sums and overwrites the logits: weights clipped, or by softmax.
  void (*walk_logits)(const WalkBlock& block);
  void (*walk_clipped)(const WalkBlock& block, std::size_t group, const WalkSums& sums);
  void (*walk_softmax)(const WalkBlock& block, std::size_t group, const WalkSums& sums);
};

// Where a product packs its operand: of the calling thread, shared by all levels, as it is large.
inline constexpr std::size_t packing_bytes = 512 * 1024;
void* packing_room();

// Those that this program has and this processor runs, the fastest last. "portable" uses no SIMD and is what
// an unknown processor runs; elsewhere it is there for comparison only.
std::span<const Level* const> levels();

// The one that all kernels use: what QKLAB_SIMD names, or the fastest. Throws InputError where there is no
// such.
const Level& level();

}  // namespace qklab::kernels
