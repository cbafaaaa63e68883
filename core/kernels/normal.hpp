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
template <class T>
inline constexpr std::size_t normal_group = 256 / sizeof(T);

namespace detail {

inline constexpr std::size_t lanes = 16;  // Philox blocks of a group

// Word w of block l at [w][l].
struct alignas(64) Words {
  std::uint32_t word[4][lanes];
};

// Blocks 16 group .. 16 group + 15 of the stream. The loops over lanes are what the compiler vectorizes: it
// knows the widening product of 32-bit lanes, for which xsimd has no name.
inline Words philox_group(const Stream& stream, std::uint64_t group) {
  Words c;
  PhiloxKey key = stream.key();
  const std::uint64_t first = group * lanes;
  for (std::size_t l = 0; l < lanes; ++l) {
    c.word[0][l] = static_cast<std::uint32_t>(first + l);
    c.word[1][l] = static_cast<std::uint32_t>(first >> 32);
    c.word[2][l] = static_cast<std::uint32_t>(stream.lane());
    c.word[3][l] = static_cast<std::uint32_t>(stream.lane() >> 32);
  }
  for (int round = 0; round < 10; ++round) {
    for (std::size_t l = 0; l < lanes; ++l) {
      const std::uint64_t a = std::uint64_t{0xD2511F53u} * c.word[0][l];
      const std::uint64_t b = std::uint64_t{0xCD9E8D57u} * c.word[2][l];
      c.word[0][l] = static_cast<std::uint32_t>(b >> 32) ^ c.word[1][l] ^ key[0];
      c.word[1][l] = static_cast<std::uint32_t>(b);
      c.word[2][l] = static_cast<std::uint32_t>(a >> 32) ^ c.word[3][l] ^ key[1];
      c.word[3][l] = static_cast<std::uint32_t>(a);
    }
    key = {key[0] + 0x9E3779B9u, key[1] + 0xBB67AE85u};
  }
  return c;
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

// cosine[l], sine[l] = radius(u[l]) cos, sin(pi angle[l]), for u in (0, 1] and angle in [-1, 1].
template <class T>
void box_muller(const T* u, const T* angle, T* cosine, T* sine) {
  using Batch = xsimd::batch<T>;
  static_assert(lanes % Batch::size == 0);
  for (std::size_t l = 0; l < lanes; l += Batch::size) {
    const Batch radius = xsimd::sqrt(T{-2} * xsimd::log(Batch::load_unaligned(u + l)));
    const auto [s, c] = xsimd::sincos(std::numbers::pi_v<T> * Batch::load_unaligned(angle + l));
    (radius * c).store_unaligned(cosine + l);
    (radius * s).store_unaligned(sine + l);
  }
}

inline void normals_of(const Words& words, float* out) {
  for (std::size_t pair = 0; pair < 2; ++pair) {
    alignas(64) float u[lanes], angle[lanes];
    for (std::size_t l = 0; l < lanes; ++l) {
      u[l] = unit_interval(words.word[2 * pair][l]);
      angle[l] = half_turns(words.word[2 * pair + 1][l]);
    }
    box_muller(u, angle, out + 2 * pair * lanes, out + (2 * pair + 1) * lanes);
  }
}

inline void normals_of(const Words& words, double* out) {
  alignas(64) double u[lanes], angle[lanes];
  for (std::size_t l = 0; l < lanes; ++l) {
    u[l] = unit_interval(words.word[0][l] | std::uint64_t{words.word[1][l]} << 32);
    angle[l] = 2 * unit_interval(words.word[2][l] | std::uint64_t{words.word[3][l]} << 32) - 1;
  }
  box_muller(u, angle, out, out + lanes);
}

}  // namespace detail

// out[i] = number i mod g of group `first_group` + i / g of the stream, g = normal_group<T>: filling an array
// at once or in pieces that begin at multiples of g gives the same numbers. T is float (32 bits each for
// radius and angle) or double (52 bits each). Relative error of a value below 4 epsilon of T, measured
// against its definition by std::log, std::cos and std::sin. Advances nothing: two fills with the same stream
// and groups are equal.
template <class T>
void fill_normal(const Stream& stream, std::uint64_t first_group, std::size_t n, T* out) {
  std::uint64_t group = first_group;
  for (; n >= normal_group<T>; n -= normal_group<T>, out += normal_group<T>)
    detail::normals_of(detail::philox_group(stream, group++), out);
  if (n == 0) return;
  T last[normal_group<T>];
  detail::normals_of(detail::philox_group(stream, group), last);
  std::memcpy(out, last, n * sizeof(T));
}

}  // namespace qklab::kernels
