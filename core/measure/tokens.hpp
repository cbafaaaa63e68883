// Tokens as their mean and the deviations from it, and how far they are from being all the same.
//
// Deep attention without skips shrinks the deviations doubly exponentially. Kept inside X they would sink
// under its rounding at 1e-16 |X|; kept apart they stay accurate until doubles underflow.
#pragma once

#include "core/base/array.hpp"

namespace qklab {

// T tokens of width d: token t is mean + deviation row t. The deviations sum to 0 over tokens, up to their
// own rounding.
struct Tokens {
  Vector mean;       // [d]
  Matrix deviation;  // [T, d]

  std::size_t length() const { return deviation.shape(0); }
  std::size_t width() const { return deviation.shape(1); }
  Matrix matrix() const;  // [T, d]
};

// Throws Error where there is no token.
Tokens split(const Matrix& tokens);
// Moves the mean of `deviation` into `mean`.
Tokens centered(Vector mean, Matrix deviation);

double frobenius_norm(const Matrix& a);  // without underflow of the squares

// sqrt(||A||_1 ||A||_inf), largest column sum times largest row sum (Dong, Cordonnier, Loukas 2021).
double dong_norm(const Matrix& a);

// ||X - 1 xbar^T||_F / ||X||_F; 0 where X = 0 (all tokens are the same). Needs no decomposition.
double rank_residual(const Tokens& tokens);

struct TokenMeasures {
  double residual = 0;       // rank_residual
  double dong_residual = 0;  // the same in Dong's norm
  double cosine = 0;         // mean over pairs of tokens; a pair with a zero token counts 0; 1 where T = 1
  double stable_rank = 0;    // ||X||_F^2 / ||X||_2^2; 0 where X = 0
  double effective_rank =
      0;  // exp(entropy of singular values over their sum) (Roy & Vetterli 2007); 0 where X = 0
};

// residual and dong_residual are accurate relative to themselves, as far as the deviations are. The ranks
// are of X as rounded: they can't tell 1 from 1 + 1e-15. NaN tokens give NaN.
TokenMeasures measure_tokens(const Tokens& tokens);

}  // namespace qklab
