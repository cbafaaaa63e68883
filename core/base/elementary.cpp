#include "core/base/elementary.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "core/base/nan.hpp"

namespace qklab::elementary {
namespace {

constexpr double ln2_high = 0x1.62e42fefa3p-1,
                 ln2_low = 0x1.3de6af278ece6p-42;  // the first with 12 bits to spare
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double magic = 0x1.8p52;  // a sum with it is rounded to a whole number

// c[0] + c[1] x + ... + c[n-1] x^(n-1).
template <int n> double polynomial(double x, const double (&c)[n]) {
  double y = c[n - 1];
  for (int i = n - 2; i >= 0; --i) y = std::fma(y, x, c[i]);
  return y;
}

double power_of_two(int n) { return std::bit_cast<double>(static_cast<std::uint64_t>(n + 1023) << 52); }

// exp(r) - 1 for |r| <= log(2) / 2, by Taylor's series: the first omitted term is 4e-18.
double small_expm1(double r) {
  static constexpr double c[] = {1.0 / 2,       1.0 / 6,        1.0 / 24,        1.0 / 120,
                                 1.0 / 720,     1.0 / 5040,     1.0 / 40320,     1.0 / 362880,
                                 1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800};
  return std::fma(polynomial(r, c) * r, r, r);
}

}  // namespace

// exp(x) = 2^n exp(r), |r| <= log(2) / 2.
double exp(double x) {
  if (!(x <= 709.782712893384)) return x + infinity;
  if (x < -745.2) return 0;
  const double n = std::fma(x, 0x1.71547652b82fep0, magic) - magic;
  const double r = std::fma(-ln2_low, n, std::fma(-ln2_high, n, x));
  const double y = 1 + small_expm1(r);
  const int whole = static_cast<int>(n), half = whole / 2;  // 2^n itself may lie outside the range
  return y * power_of_two(half) * power_of_two(whole - half);
}

double expm1(double x) { return std::abs(x) < 0.34 ? small_expm1(x) : exp(x) - 1; }

// x = 2^e m with m in [sqrt(1/2), sqrt(2)), and log m = 2 atanh(s) with s = (m - 1) / (m + 1), |s| < 0.172.
// The first omitted term of the series in s^2 is 1e-18.
double log(double x) {
  if (!(x > 0)) return x == 0 ? -infinity : nan;
  if (x == infinity) return x;
  static constexpr double c[] = {2.0 / 3,  2.0 / 5,  2.0 / 7,  2.0 / 9,  2.0 / 11, 2.0 / 13,
                                 2.0 / 15, 2.0 / 17, 2.0 / 19, 2.0 / 21, 2.0 / 23};
  int e = 0;
  double m = std::frexp(x, &e);
  if (m < 0x1.6a09e667f3bcdp-1) {
    m *= 2;
    --e;
  }
  const double f = m - 1, s = f / (2 + f), z = s * s;
  // 2 s = f - s f. The exact f is added last.
  const double rest = std::fma(polynomial(z, c) * z, s, std::fma(e, ln2_low, -s * f));
  return std::fma(e, ln2_high, f + rest);
}

// Taylor's series about 0 of what remains of a after whole quarter turns: |x| <= pi / 4.
Circle half_turns(double a) {
  if (!(std::abs(a) <= 0x1p51)) return {nan, nan};
  static constexpr double sine[] = {
      -1.0 / 6,        1.0 / 120,        -1.0 / 5040,          1.0 / 362880,
      -1.0 / 39916800, 1.0 / 6227020800, -1.0 / 1307674368000, 1.0 / 355687428096000};
  static constexpr double cosine[] = {
      1.0 / 24,        -1.0 / 720,         1.0 / 40320,          -1.0 / 3628800,
      1.0 / 479001600, -1.0 / 87178291200, 1.0 / 20922789888000, -1.0 / 6402373705728000};
  const double quarters = std::fma(a, 2.0, magic) - magic;
  const double x = std::fma(quarters, -0.5, a) * 0x1.921fb54442d18p1, z = x * x;
  const double s = std::fma(polynomial(z, sine) * z, x, x);
  const double c = std::fma(polynomial(z, cosine), z * z, std::fma(z, -0.5, 1.0));
  switch (static_cast<std::int64_t>(quarters) & 3) {
    case 0:
      return {s, c};
    case 1:
      return {c, -s};
    case 2:
      return {-s, -c};
    default:
      return {-c, s};
  }
}

double pow(double x, double y) {
  if (y == 0) return 1;
  if (y == 1) return x;
  if (y == 2) return x * x;
  if (x < 0) {
    if (y != std::trunc(y)) return nan;
    const double size = pow(-x, y);
    return std::fmod(y, 2) == 0 ? size : -size;
  }
  return exp(y * log(x));
}

double softplus(double x) {
  const double e = exp(-std::abs(x)), u = 1 + e;
  // log(1 + e), corrected for the rounding of u = 1 + e. Where u is 1, the result is e itself.
  const double rest = u == 1 ? e : log(u) * e / (u - 1);
  return x > 0 ? x + rest : rest;
}

double sigmoid(double x) { return 1 / (1 + exp(-x)); }

double tanh(double x) {
  if (std::abs(x) < 0.25) {  // where 1 - e would cancel: the continued fraction of Lambert
    const double z = x * x;
    return x / (1 + z / (3 + z / (5 + z / (7 + z / (9 + z / (11 + z / 13))))));
  }
  const double e = exp(-2 * std::abs(x));
  return std::copysign((1 - e) / (1 + e), x);
}

}  // namespace qklab::elementary
