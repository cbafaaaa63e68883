// Elementary functions of a register, each a fixed sequence of operations that IEEE 754 rounds in one way
// only, so that their bits depend on no library and no processor. Errors are in units in the last place of a
// float, the largest found (tests/kernels/functions.cpp). NaN in, NaN out.
//
// Polynomials after Moshier's Cephes library (netlib.org/cephes), evaluated with fma.
#pragma once

#include "core/kernels/simd/register.hpp"

namespace qklab::kernels::QKLAB_LEVEL {

// c[0] x^k + c[1] x^(k-1) + ...
template <class... C> QKLAB_INLINE Floats polynomial(const Floats& x, float first, C... rest) {
  Floats y(first);
  ((y = fma(y, x, Floats(rest))), ...);
  return y;
}

// Results below the smallest normal number are 0, whether or not the processor keeps denormals.
QKLAB_INLINE Floats exp(const Floats& x) {
  constexpr float magic = 0x1.8p23f;  // a sum with it has the nearest whole number in its lowest bits
  const Floats shifted = fma(x, Floats(1.44269504f), Floats(magic)), n = shifted - magic;
  const Floats r = fma(n, Floats(2.12194440e-4f), fma(n, Floats(-0.693359375f), x));
  const Floats p = polynomial(r, 1.9875691500e-4f, 1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f,
                              1.6666665459e-1f, 5.0000001201e-1f);
  const Floats y = fma(p, r * r, r) + 1.0f;
  const Words power = shift_left<23>(bits_as<std::uint32_t>(shifted));  // what else is in it drops out
  const Floats scaled = bits_as<float>(bits_as<std::uint32_t>(y) + power);
  const Floats most = select(x < 88.7228394f, scaled, x + std::numeric_limits<float>::infinity());
  return select(x < -87.3365402f, Floats(0.0f), most);
}

// Denormals count as 0, whether or not the processor keeps them.
QKLAB_INLINE Floats log(const Floats& x) {
  constexpr std::uint32_t root = 0x3f3504f3u, one = 0x3f800000u;  // sqrt(1/2), where a binade begins here
  const Words u = bits_as<std::uint32_t>(x);
  const Words biased = shift_right<23>(u + Words(one - root));
  const Floats e = bits_as<float>(biased + Words(0x4b400000u)) - (0x1.8p23f + 127);
  const Floats f = bits_as<float>(u - shift_left<23>(biased) + Words(one)) - 1.0f, z = f * f;
  const Floats p =
      polynomial(f, 7.0376836292e-2f, -1.1514610310e-1f, 1.1676998740e-1f, -1.2420140846e-1f,
                 1.4249322787e-1f, -1.6668057665e-1f, 2.0000714765e-1f, -2.4999993993e-1f, 3.3333331174e-1f);
  const Floats small = fma(e, Floats(-2.12194440e-4f), p * (f * z));
  const Floats y = fma(e, Floats(0.693359375f), fma(Floats(-0.5f), z, small) + f);
  constexpr float least = std::numeric_limits<float>::min(),
                  infinity = std::numeric_limits<float>::infinity();
  const Floats outside = select(Floats(-least) < x, Floats(-infinity), Floats(NAN));
  return select(x < least, outside, select(x < infinity, y, x));
}

// sin(pi a) and cos(pi a) for a in [-1, 1], whose reduction to an eighth of a turn is exact.
struct Circle {
  Floats sine, cosine;
};
QKLAB_INLINE Circle half_turns(const Floats& a) {
  constexpr float magic = 0x1.8p23f;
  const Floats shifted = fma(a, Floats(2.0f), Floats(magic));
  const Words quarter = bits_as<std::uint32_t>(shifted);
  const Floats x = fma(shifted - magic, Floats(-0.5f), a) * 3.14159265f, z = x * x;
  const Floats s = fma(polynomial(z, -1.9515295891e-4f, 8.3321608736e-3f, -1.6666654611e-1f), z * x, x);
  const Floats c = fma(polynomial(z, 2.443315711809948e-5f, -1.388731625493765e-3f, 4.166664568298827e-2f),
                       z * z, fma(z, Floats(-0.5f), Floats(1.0f)));
  // A quarter turn on, sine and cosine change places; a half turn on, both change sign.
  const Mask<float> odd = bits_as<float>(shift_left<31>(quarter) + Words(0x3f800000u)) < 0.0f;
  const auto flip = [](const Floats& y, const Words& quarters) {
    return bits_as<float>(bits_as<std::uint32_t>(y) + shift_left<30>(quarters & 2u));
  };
  return {flip(select(odd, c, s), quarter), flip(select(odd, s, c), quarter + Words(1u))};
}

QKLAB_INLINE Floats tanh(const Floats& x) {
  const Floats size = abs(x), z = x * x;
  const Floats near = fma(polynomial(z, -5.70498872745e-3f, 2.06390887954e-2f, -5.37397155531e-2f,
                                     1.33314422036e-1f, -3.33332819422e-1f),
                          z * x, x);
  const Floats far = Floats(1.0f) - Floats(2.0f) / (exp(size + size) + 1.0f);
  return select(size < 0.625f, near, select(x < 0.0f, Floats(0.0f) - far, far));
}

// 1 / (1 + exp(-x)).
QKLAB_INLINE Floats sigmoid(const Floats& x) { return Floats(1.0f) / (exp(Floats(0.0f) - x) + 1.0f); }

// The normal distribution function, within 6.2 units in the last place for x >= -1, 1.03 (6 + x^2) below, and its
// density.
struct Normal {
  Floats distribution, density;
};
QKLAB_INLINE Normal normal(const Floats& x) {
  // Phi(-|x|) exp(x^2/2) as a polynomial in 1 / (1 + c |x|), least relative error on |x| <= 14.
  const Floats t = Floats(1.0f) / fma(Floats(0.477297077f), abs(x), Floats(1.0f));
  const Floats p = polynomial(t, 0.0521192066f, -0.275941073f, 0.578511543f, -0.54879298f, 0.146027742f,
                              0.0138237209f, 0.153971132f, 0.189847388f, 0.190433336f);
  const Floats e = exp(x * -0.5f * x);
  const Floats tail = p * t * e;
  return {select(x < 0.0f, tail, Floats(1.0f) - tail), e * 0.398942280f};
}

}  // namespace qklab::kernels::QKLAB_LEVEL
