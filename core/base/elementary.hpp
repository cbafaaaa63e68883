// Elementary functions in double precision whose bits are the same on every machine: they use only sums,
// products, quotients, square roots and fma, which IEEE 754 rounds in one way. The functions of <cmath>
// differ by library and by processor. Whatever goes into a random number, a parameter or a training step uses
// these.
//
// Errors, in units in the last place: exp and log 2; expm1, softplus, sigmoid and tanh 4; half_turns 2 (of
// 1); pow 3 + 2 |log of the result| (tests/base/elementary.cpp). Infinities and NaN behave as in <cmath>; a
// result below the smallest normal number may be 0.
#pragma once

#include <concepts>

namespace qklab::elementary {

double exp(double x);
double expm1(double x);  // exp(x) - 1, accurate for small x too
double log(double x);

struct Circle {
  double sine, cosine;
};
// sin(pi a) and cos(pi a), |a| <= 2^51; the reduction to an eighth of a turn is exact.
Circle half_turns(double a);

// x^y. A negative x gives NaN unless y is a whole number. x^0 is 1.
double pow(double x, double y);

// log(1 + exp(x)); it neither overflows nor loses small results.
double softplus(double x);
// 1 / (1 + exp(-x)).
double sigmoid(double x);
double tanh(double x);

// The same for a float: the double result is rounded once more.
template <std::same_as<float> T> T exp(T x) { return static_cast<T>(exp(static_cast<double>(x))); }
template <std::same_as<float> T> T log(T x) { return static_cast<T>(log(static_cast<double>(x))); }
template <std::same_as<float> T> T pow(T x, T y) {
  return static_cast<T>(pow(static_cast<double>(x), static_cast<double>(y)));
}

}  // namespace qklab::elementary
