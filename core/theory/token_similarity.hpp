// How alike tokens become in a deep residual network with uniform attention, at initialization.
//
// Attention gives every token the same vector: the mean token times random W_v and W_o. Let q be the tokens'
// mean square and c their mean product over pairs, each divided by the width and in the limit of large width.
// Then
//     m = (q + (T-1) c) / T,   q' = q + a^2 m,   c' = c + a^2 m,   a = residual scale
// (Noci et al. 2022, Signal Propagation in Transformers, arXiv 2206.03126, lemma on the correlation of tokens
// under uniform attention; W_v and W_o here have variance 1/width). With pre-norm, m is computed from tokens
// that are scaled to q = 1; with post-norm, the result is scaled to q = 1. Without the skip q' = c' = m: one
// layer makes all tokens the same.
#pragma once

#include <cstddef>
#include <vector>

namespace qklab {

enum class SimilarityNorm { none, pre, post };

// The cosine c/q of the input of layers 1 .. depth and of the last layer's output, starting from `start`.
std::vector<double> uniform_attention_cosine(std::size_t depth, double length, double residual_scale,
                                             SimilarityNorm norm, double start = 0);

}  // namespace qklab
