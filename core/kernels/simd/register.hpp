// A virtual register of 64 bytes, 16 floats or 8 doubles, on every processor: one register of AVX-512, two of
// AVX2, four of NEON, or plain numbers. Loops written with it add in the same order everywhere and so come
// to the same bits; see docs/reproducibility.md.
//
// Everything in simd/ is compiled once for each level (cmake/simd.cmake), in a namespace of its own, so that
// no function of one level can stand in for that of another.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#ifndef QKLAB_PORTABLE
#include <xsimd/xsimd.hpp>
#endif

#define QKLAB_INLINE [[gnu::always_inline]] inline

namespace qklab::kernels::QKLAB_LEVEL {

#ifdef QKLAB_PORTABLE
template <class T> using Part = T;
template <class T> using PartMask = bool;
template <class T> inline constexpr int part_lanes = 1;
#else
template <class T> using Part = xsimd::batch<T>;
template <class T> using PartMask = xsimd::batch_bool<T>;
template <class T> inline constexpr int part_lanes = static_cast<int>(xsimd::batch<T>::size);
#endif

template <class T> inline constexpr int lanes = 64 / static_cast<int>(sizeof(T));
template <class T> inline constexpr int parts = lanes<T> / part_lanes<T>;

template <class T> QKLAB_INLINE Part<T> read_part(const T* x) {
#ifdef QKLAB_PORTABLE
  return *x;
#else
  return Part<T>::load_unaligned(x);
#endif
}
template <class T> QKLAB_INLINE void write_part(const Part<T>& part, T* x) {
#ifdef QKLAB_PORTABLE
  *x = part;
#else
  part.store_unaligned(x);
#endif
}

template <class T> struct Mask { PartMask<T> part[parts<T>]; };

template <class T> struct Register {
  Part<T> part[parts<T>];

  Register() = default;
  QKLAB_INLINE Register(T x) : Register(filled(x, Indices())) {}

  QKLAB_INLINE static Register load(const T* x) { return loaded(x, Indices()); }
  QKLAB_INLINE void store(T* x) const { stored(x, Indices()); }

  using Indices = std::make_integer_sequence<int, parts<T>>;

  // The register whose parts are f(0), f(1), ...
  template <class F> QKLAB_INLINE static Register of_parts(F f) { return made(f, Indices()); }

 private:
  struct Parts {};
  template <class... P> QKLAB_INLINE Register(Parts, P... p) : part{p...} {}

  template <class F, int... i> QKLAB_INLINE static Register made(F f, std::integer_sequence<int, i...>) {
    return Register(Parts(), f(i)...);
  }
  template <int... i> QKLAB_INLINE static Register filled(T x, std::integer_sequence<int, i...>) {
    return Register(Parts(), (static_cast<void>(i), Part<T>(x))...);
  }
  template <int... i> QKLAB_INLINE static Register loaded(const T* x, std::integer_sequence<int, i...>) {
    return Register(Parts(), read_part(x + i * part_lanes<T>)...);
  }
  template <int... i> QKLAB_INLINE void stored(T* x, std::integer_sequence<int, i...>) const {
    (write_part(part[i], x + i * part_lanes<T>), ...);
  }
};

using Floats = Register<float>;
using Words = Register<std::uint32_t>;

// f of the parts of one, two or three registers, part by part.
template <class T, class F> QKLAB_INLINE Register<T> each(const Register<T>& a, F f) {
  return Register<T>::of_parts([&](int i) { return f(a.part[i]); });
}
template <class T, class F> QKLAB_INLINE Register<T> each(const Register<T>& a, const Register<T>& b, F f) {
  return Register<T>::of_parts([&](int i) { return f(a.part[i], b.part[i]); });
}

#define QKLAB_OPERATOR(op)                                                                                   \
  template <class T> QKLAB_INLINE Register<T> operator op(const Register<T>& a, const Register<T>& b) {      \
    return each(a, b, [](const auto& x, const auto& y) { return Part<T>(x op y); });                         \
  }                                                                                                          \
  template <class T> QKLAB_INLINE Register<T> operator op(const Register<T>& a, std::type_identity_t<T> b) { \
    return a op Register<T>(b);                                                                              \
  }
QKLAB_OPERATOR(+)
QKLAB_OPERATOR(-)
QKLAB_OPERATOR(*)
QKLAB_OPERATOR(&)
#undef QKLAB_OPERATOR

// Quotients and roots as IEEE 754 rounds them: xsimd 8 refines an estimate of them on NEON.
#if !defined(QKLAB_PORTABLE) && defined(__aarch64__)
QKLAB_INLINE Part<float> divide_part(const Part<float>& a, const Part<float>& b) { return vdivq_f32(a, b); }
QKLAB_INLINE Part<float> root_part(const Part<float>& a) { return vsqrtq_f32(a); }
#elif defined(QKLAB_PORTABLE)
QKLAB_INLINE float divide_part(float a, float b) { return a / b; }
QKLAB_INLINE float root_part(float a) { return std::sqrt(a); }
#else
QKLAB_INLINE Part<float> divide_part(const Part<float>& a, const Part<float>& b) { return a / b; }
QKLAB_INLINE Part<float> root_part(const Part<float>& a) { return xsimd::sqrt(a); }
#endif
QKLAB_INLINE Floats operator/(const Floats& a, const Floats& b) {
  return each(a, b, [](const auto& x, const auto& y) { return divide_part(x, y); });
}
QKLAB_INLINE Floats sqrt(const Floats& a) {
  return each(a, [](const auto& x) { return root_part(x); });
}

template <int n> QKLAB_INLINE Words shift_left(const Words& a) {
  return each(a, [](const auto& x) { return Part<std::uint32_t>(x << n); });
}
template <int n> QKLAB_INLINE Words shift_right(const Words& a) {
  return each(a, [](const auto& x) { return Part<std::uint32_t>(x >> n); });
}

// a b + c, rounded once. By the processor's instruction itself, as xsimd 8's fma is a product and a sum on
// AVX-512.
#ifdef QKLAB_PORTABLE
template <class T> QKLAB_INLINE T fma_part(T a, T b, T c) { return std::fma(a, b, c); }
#elif defined(__AVX512F__)
QKLAB_INLINE Part<float> fma_part(Part<float> a, Part<float> b, Part<float> c) {
  return _mm512_fmadd_ps(a, b, c);
}
QKLAB_INLINE Part<double> fma_part(Part<double> a, Part<double> b, Part<double> c) {
  return _mm512_fmadd_pd(a, b, c);
}
#elif defined(__FMA__)
QKLAB_INLINE Part<float> fma_part(Part<float> a, Part<float> b, Part<float> c) {
  return _mm256_fmadd_ps(a, b, c);
}
QKLAB_INLINE Part<double> fma_part(Part<double> a, Part<double> b, Part<double> c) {
  return _mm256_fmadd_pd(a, b, c);
}
#else
QKLAB_INLINE Part<float> fma_part(Part<float> a, Part<float> b, Part<float> c) { return vfmaq_f32(c, a, b); }
QKLAB_INLINE Part<double> fma_part(Part<double> a, Part<double> b, Part<double> c) {
  return vfmaq_f64(c, a, b);
}
#endif
template <class T>
QKLAB_INLINE Register<T> fma(const Register<T>& a, const Register<T>& b, const Register<T>& c) {
  return Register<T>::of_parts([&](int i) { return fma_part(a.part[i], b.part[i], c.part[i]); });
}

template <class T> QKLAB_INLINE Mask<T> operator<(const Register<T>& a, const Register<T>& b) {
  return [&]<int... i>(std::integer_sequence<int, i...>) { return Mask<T>{{(a.part[i] < b.part[i])...}}; }
  (typename Register<T>::Indices());
}
template <class T> QKLAB_INLINE Mask<T> operator<(const Register<T>& a, std::type_identity_t<T> b) {
  return a < Register<T>(b);
}

template <class T>
QKLAB_INLINE Register<T> select(const Mask<T>& m, const Register<T>& yes, const Register<T>& no) {
  return Register<T>::of_parts([&](int i) {
#ifdef QKLAB_PORTABLE
    return m.part[i] ? yes.part[i] : no.part[i];
#else
    return xsimd::select(m.part[i], yes.part[i], no.part[i]);
#endif
  });
}

// The larger of two; b where either is NaN.
template <class T> QKLAB_INLINE Register<T> larger(const Register<T>& a, const Register<T>& b) {
#if !defined(QKLAB_PORTABLE) && defined(__SSE2__)
  return each(a, b, [](const auto& x, const auto& y) { return xsimd::max(x, y); });
#else
  return select(b < a, a, b);
#endif
}
template <class T> QKLAB_INLINE Register<T> smaller(const Register<T>& a, const Register<T>& b) {
#if !defined(QKLAB_PORTABLE) && defined(__SSE2__)
  return each(a, b, [](const auto& x, const auto& y) { return xsimd::min(x, y); });
#else
  return select(a < b, a, b);
#endif
}

// The same bits, read as another type.
template <class To, class From> QKLAB_INLINE Register<To> bits_as(const Register<From>& x) {
  static_assert(sizeof(Register<To>) == sizeof(Register<From>));
  return Register<To>::of_parts([&](int i) { return std::bit_cast<Part<To>>(x.part[i]); });
}

QKLAB_INLINE Floats abs(const Floats& x) { return bits_as<float>(bits_as<std::uint32_t>(x) & 0x7fffffffu); }

// What two halves of a register become, at each width.
struct Adding {
#if !defined(QKLAB_PORTABLE) && defined(__AVX2__)
  static __m256 of(__m256 a, __m256 b) { return _mm256_add_ps(a, b); }
  static __m128 of(__m128 a, __m128 b) { return _mm_add_ps(a, b); }
#endif
  static float of(float a, float b) { return a + b; }
};
struct Larger {
#if !defined(QKLAB_PORTABLE) && defined(__AVX2__)
  static __m256 of(__m256 a, __m256 b) { return _mm256_max_ps(a, b); }
  static __m128 of(__m128 a, __m128 b) { return _mm_max_ps(a, b); }
#endif
  static float of(float a, float b) { return b < a ? a : b; }
};

// All lanes as one number: l and l + 8, then l and l + 4, l + 2, l + 1.
template <class Halves> float folded(const Floats& x) {
#if !defined(QKLAB_PORTABLE) && defined(__AVX2__)
#if defined(__AVX512F__)
  const __m512 whole = x.part[0];
  const __m256 low = _mm512_castps512_ps256(whole);
  const __m256 high = _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(whole), 1));
#else
  const __m256 low = x.part[0], high = x.part[1];
#endif
  const __m256 eight = Halves::of(low, high);
  const __m128 four = Halves::of(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  const __m128 two = Halves::of(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(Halves::of(two, _mm_shuffle_ps(two, two, 1)));
#else
  float lane[lanes<float>];
  x.store(lane);
  for (int width = lanes<float> / 2; width > 0; width /= 2) {
    for (int l = 0; l < width; ++l) lane[l] = Halves::of(lane[l], lane[l + width]);
  }
  return lane[0];
#endif
}

inline float sum(const Floats& x) { return folded<Adding>(x); }
inline float top(const Floats& x) { return folded<Larger>(x); }  // of a register without NaN

// The first `count` < lanes elements, the others `fill`.
QKLAB_INLINE Floats load_part(const float* x, std::size_t count, float fill = 0) {
  float buffer[lanes<float>];
  Floats(fill).store(buffer);
  std::memcpy(buffer, x, count * sizeof(float));
  return Floats::load(buffer);
}
QKLAB_INLINE void store_part(const Floats& y, float* out, std::size_t count) {
  float buffer[lanes<float>];
  y.store(buffer);
  std::memcpy(out, buffer, count * sizeof(float));
}

// Calls body(load, store) for each register of rows of n, the last one possibly partly filled: load(x, fill =
// 0) yields the elements of row x that are next, and store(value, y) writes them to y.
template <class Body> QKLAB_INLINE void for_registers(std::size_t n, Body body) {
  constexpr std::size_t step = lanes<float>;
  std::size_t i = 0;
  for (; i + step <= n; i += step) {
    body([i](const float* x, float = 0) { return Floats::load(x + i); },
         [i](const Floats& value, float* y) { value.store(y + i); });
  }
  if (i < n) {
    const std::size_t count = n - i;
    body([i, count](const float* x, float fill = 0) { return load_part(x + i, count, fill); },
         [i, count](const Floats& value, float* y) { store_part(value, y + i, count); });
  }
}

}  // namespace qklab::kernels::QKLAB_LEVEL
