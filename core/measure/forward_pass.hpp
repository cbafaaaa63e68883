// The layers of an untrained transformer, acting on tokens as mean and deviation.
//
// Each keeps what is common to all tokens apart by exact algebra, so that deviations of 1e-100 of the tokens
// are as accurate as any. Attention cubes them where they are small: below about 1e-103 |X| the next layer's
// underflow and come out as 0 or with few digits.
#pragma once

#include "core/measure/attention.hpp"
#include "core/measure/tokens.hpp"

namespace qklab {

// Row q holds the logits x_t^T W x_q / temperature of query q over keys t. tokens: [T, d], W: [d, d].
Matrix attention_logits(const Matrix& tokens, const Matrix& qk, double temperature);
// Row by row, over the keys in sight; the others get 0. logits: [T, T].
Matrix softmax_rows(const Matrix& logits, Mask mask = {});
// Both.
Matrix attention_weights(const Matrix& tokens, const Matrix& qk, double temperature, Mask mask = {});

// Attention with weights as above, times `value` [d, d]: row q of the result is sum_t p_qt x_t V.
Tokens attend(const Tokens& tokens, const Matrix& qk, const Matrix& value, double temperature,
              Mask mask = {});

// Layer normalization without gain or bias: (x - mean x) / sqrt(var x + epsilon).
Tokens layer_normalized(const Tokens& tokens, double epsilon = 1e-5);

// relu(x A) B; A: [d, f], B: [f, d].
Tokens perceptron(const Tokens& tokens, const Matrix& in, const Matrix& out);

Tokens operator+(const Tokens& a, const Tokens& b);

}  // namespace qklab
