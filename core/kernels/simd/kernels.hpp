// The functions of this level that level.hpp describes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/kernels/level.hpp"

namespace qklab::kernels::QKLAB_LEVEL {

template <class T> void product(const Product<T>& of);
template <class T>
void transpose(int rows, int columns, const T* x, std::ptrdiff_t ldx, T* y, std::ptrdiff_t ldy);

void softmax(std::size_t n, const float* x, float* y, float* largest_of, float* sum_of);
void softmax_slope(std::size_t n, const float* y, const float* dy, float* dx);
void softmax_rows(const ScoreRows& of, const float* x, float* y);
void softmax_slope_rows(const ScoreRows& of, const float* y, const float* dy, float* dx);
void cross_entropy_rows(std::size_t rows, std::size_t classes, std::int32_t ignore, float used,
                        const float* logits, const std::int32_t* targets, float* gradient, float* losses);

void layer_norm(std::size_t rows, std::size_t n, float epsilon, const float* x, const float* gain,
                const float* bias, float* y, float* kept);
void layer_norm_slope(std::size_t rows, std::size_t n, const float* x, const float* gain, const float* kept,
                      const float* dy, float beta, float* dx);
void layer_norm_parameters(std::size_t rows, std::size_t n, const float* x, const float* kept,
                           const float* dy, float* dgain, float* dbias);

void gelu_with_slope(std::size_t rows, std::size_t n, float* x, const float* bias, float* y);
void adam(std::size_t n, const AdamStep<float>& s, const float* g, float* w, float* m, float* v);

void exp(std::size_t n, const float* x, float* y);
void log(std::size_t n, const float* x, float* y);
void tanh(std::size_t n, const float* x, float* y);
void sigmoid(std::size_t n, const float* x, float* y);
void gelu(std::size_t n, const float* x, float* y);
void gelu_slope(std::size_t n, const float* x, const float* dy, float* dx);
void normal(std::size_t n, const float* x, float* distribution, float* density);
void half_turns(std::size_t n, const float* x, float* sine, float* cosine);

void normals_of(const NormalWords& words, float* out);
void fill_normal(const Stream& stream, std::uint64_t first_group, std::size_t n, float* out);
void fill_words(const Stream& stream, std::uint64_t first_group, std::size_t groups, std::uint32_t* out);

void walk_logits(const WalkBlock& block);
void walk_clipped(const WalkBlock& block, std::size_t group, const WalkSums& sums);
void walk_softmax(const WalkBlock& block, std::size_t group, const WalkSums& sums);

}  // namespace qklab::kernels::QKLAB_LEVEL
