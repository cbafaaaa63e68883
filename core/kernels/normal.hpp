// Arrays of standard normal numbers, drawn from Philox blocks by SIMD.
//
// Box and Muller 1958 ("A note on the generation of random normal deviates", Ann. Math. Stat. 29, 610): of
// two uniform numbers one gives a radius sqrt(-2 log u), the other an angle. Numbers come in groups of 16
// Philox blocks, whatever the SIMD width, so which number stands where does not depend on the machine; only
// the last bits of its value do, by how log, sin and cos round there.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <numbers>
#include <xsimd/xsimd.hpp>

#include "core/base/stream.hpp"

namespace qklab::kernels {

// Numbers of a group: 64 floats or 32 doubles.
template <class T> inline constexpr std::size_t normal_group = 256 / sizeof(T);

namespace detail {

inline constexpr std::size_t blocks = 16;  // of a group

// The random bits of a group: of block l, words 0 and 2 at 32-bit places 2l and 2l+1 of `radius`, words 1 and
// 3 there in `angle`.
struct alignas(64) Words {
  std::uint64_t radius[blocks], angle[blocks];
};

using Lanes = xsimd::batch<std::uint64_t>;

// Products of the lanes' lower halves: one instruction, for which xsimd has no name.
inline Lanes multiply_low(const Lanes& a, const Lanes& b) {
#if XSIMD_WITH_AVX512F
  return _mm512_mul_epu32(a, b);
#elif XSIMD_WITH_AVX2
  return _mm256_mul_epu32(a, b);
#elif XSIMD_WITH_SSE2
  return _mm_mul_epu32(a, b);
#else
  return (a & Lanes(std::uint64_t{0xffffffff})) * (b & Lanes(std::uint64_t{0xffffffff}));
#endif
}

// The keys of the ten rounds, laid out so that a round loads each by one broadcast.
struct RoundKeys {
  explicit RoundKeys(PhiloxKey key) {
    for (int i = 0; i < rounds; ++i) {
      a[i] = key[0];
      c[i] = key[1];
      key = {key[0] + 0x9E3779B9u, key[1] + 0xBB67AE85u};
    }
  }
  static constexpr int rounds = 10;
  std::uint64_t a[rounds], c[rounds];
};

// Blocks 16 group .. 16 group + 15 of the stream, a block a lane. A word is the lower half of its lane; the
// upper half holds rubbish until the end, which saves masking it. Two batches at a time, since a round waits
// for the one before it.
inline void philox_group(const RoundKeys& keys, std::uint64_t stream_lane, std::uint64_t group, Words& out) {
  constexpr std::size_t together = 2;
  static_assert(blocks % (together * Lanes::size) == 0);
  const Lanes multiplier_a(std::uint64_t{0xD2511F53u}), multiplier_c(std::uint64_t{0xCD9E8D57u});
  std::uint64_t index[blocks];
  for (std::size_t l = 0; l < blocks; ++l) index[l] = group * blocks + l;
  for (std::size_t l = 0; l < blocks; l += together * Lanes::size) {
    Lanes a[together], b[together], c[together], d[together];
    for (std::size_t i = 0; i < together; ++i) {
      a[i] = Lanes::load_unaligned(index + l + i * Lanes::size);
      b[i] = a[i] >> 32;
      c[i] = Lanes(stream_lane);
      d[i] = Lanes(stream_lane >> 32);
    }
    for (int round = 0; round < RoundKeys::rounds; ++round) {
      const Lanes key_a(keys.a[round]), key_c(keys.c[round]);
      for (std::size_t i = 0; i < together; ++i) {
        const Lanes from_a = multiply_low(a[i], multiplier_a), from_c = multiply_low(c[i], multiplier_c);
        a[i] = (from_c >> 32) ^ b[i] ^ key_a;
        b[i] = from_c;
        c[i] = (from_a >> 32) ^ d[i] ^ key_c;
        d[i] = from_a;
      }
    }
    const Lanes lower(std::uint64_t{0xffffffff});
    for (std::size_t i = 0; i < together; ++i) {
      ((a[i] & lower) | (c[i] << 32)).store_unaligned(out.radius + l + i * Lanes::size);
      ((b[i] & lower) | (d[i] << 32)).store_unaligned(out.angle + l + i * Lanes::size);
    }
  }
}

// (k + 1/2) 2^-32 in (0, 1], rounded to a float's 24 bits wherever it lies: small ones keep their precision,
// so the tails reach 6.7 standard deviations. In halves, since 32 unsigned bits have no SIMD conversion.
inline float unit_interval(std::uint32_t k) {
  const auto high = static_cast<float>(static_cast<std::int32_t>(k >> 16));
  const auto low = static_cast<float>(static_cast<std::int32_t>(k & 0xffffu));
  return high * 0x1p-16f + (low * 0x1p-32f + 0x1p-33f);
}

// k 2^-31 in [-1, 1], k read as signed: the angle in half turns.
inline float half_turns(std::uint32_t k) {
  return static_cast<float>(static_cast<std::int32_t>(k)) * 0x1p-31f;
}

// (k + 1/2) 2^-52 in (0, 1) from the upper 52 bits of a word, as the mantissa of a number in [1, 2).
inline double unit_interval(std::uint64_t bits) {
  return std::bit_cast<double>(bits >> 12 | 0x3FF0000000000000u) - (1 - 0x1p-53);
}

// cosine[i], sine[i] = radius(u[i]) cos, sin(pi angle[i]), for u in (0, 1] and angle in [-1, 1], i < n.
template <std::size_t n, class T> void box_muller(const T* u, const T* angle, T* cosine, T* sine) {
  using Batch = xsimd::batch<T>;
  static_assert(n % Batch::size == 0);
  for (std::size_t i = 0; i < n; i += Batch::size) {
    const Batch radius = xsimd::sqrt(T{-2} * xsimd::log(Batch::load_unaligned(u + i)));
    const auto [s, c] = xsimd::sincos(std::numbers::pi_v<T> * Batch::load_unaligned(angle + i));
    (radius * c).store_unaligned(cosine + i);
    (radius * s).store_unaligned(sine + i);
  }
}

inline void normals_of(const Words& words, float* out) {
  constexpr std::size_t n = 2 * blocks;
  std::uint32_t radius_bits[n], angle_bits[n];
  std::memcpy(radius_bits, words.radius, sizeof radius_bits);
  std::memcpy(angle_bits, words.angle, sizeof angle_bits);
  float u[n], angle[n];
  for (std::size_t i = 0; i < n; ++i) u[i] = unit_interval(radius_bits[i]);
  for (std::size_t i = 0; i < n; ++i) angle[i] = half_turns(angle_bits[i]);
  box_muller<n>(u, angle, out, out + n);
}

inline void normals_of(const Words& words, double* out) {
  double u[blocks], angle[blocks];
  for (std::size_t i = 0; i < blocks; ++i) u[i] = unit_interval(words.radius[i]);
  for (std::size_t i = 0; i < blocks; ++i) angle[i] = 2 * unit_interval(words.angle[i]) - 1;
  box_muller<blocks>(u, angle, out, out + blocks);
}

}  // namespace detail

// out[i] = number i mod g of group `first_group` + i / g of the stream, g = normal_group<T>: filling an array
// at once or in pieces that begin at multiples of g gives the same numbers. T is float (32 bits each for
// radius and angle, tails to 6.7) or double (52 bits each, tails to 8.5). Error of a value, against its
// definition by std::log, std::cos and std::sin: below 4 epsilon of T times its radius, the length of its
// pair. Advances nothing: two fills with the same stream and groups are equal.
template <class T> void fill_normal(const Stream& stream, std::uint64_t first_group, std::size_t n, T* out) {
  const detail::RoundKeys keys(stream.key());
  detail::Words words;
  std::uint64_t group = first_group;
  for (; n >= normal_group<T>; n -= normal_group<T>, out += normal_group<T>) {
    detail::philox_group(keys, stream.lane(), group++, words);
    detail::normals_of(words, out);
  }
  if (n == 0) return;
  T last[normal_group<T>];
  detail::philox_group(keys, stream.lane(), group, words);
  detail::normals_of(words, last);
  std::memcpy(out, last, n * sizeof(T));
}

}  // namespace qklab::kernels
