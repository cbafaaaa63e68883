// Arrays of standard normal numbers, drawn from Philox blocks.
//
// Box and Muller 1958 ("A note on the generation of random normal deviates", Ann. Math. Stat. 29, 610): of
// two uniform numbers one gives a radius sqrt(-2 log u), the other an angle. Numbers come in groups of 16
// Philox blocks, whatever the SIMD width, by functions whose bits are the same everywhere.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/stream.hpp"

namespace qklab::kernels {

// Numbers of a group: 64 floats or 32 doubles.
template <class T> inline constexpr std::size_t normal_group = 256 / sizeof(T);

// The random bits of a group: of block l, words 0 and 2 at 32-bit places 2l and 2l+1 of `radius`, words 1 and
// 3 there in `angle`.
struct alignas(64) NormalWords {
  static constexpr std::size_t blocks = 16;
  std::uint64_t radius[blocks], angle[blocks];
};

// The numbers of a group, of these bits.
void normals_of(const NormalWords& words, float* out);
void normals_of(const NormalWords& words, double* out);

// out[i] = number i mod g of group `first_group` + i / g of the stream, g = normal_group<T>: filling an array
// at once or in pieces that begin at multiples of g gives the same numbers. T is float (32 bits each for
// radius and angle, tails to 6.7) or double (52 bits each, tails to 8.5). Error of a value, against its
// definition by std::log, std::cos and std::sin: below 4 epsilon of T times its radius, the length of its
// pair. Advances nothing: two fills with the same stream and groups are equal.
void fill_normal(const Stream& stream, std::uint64_t first_group, std::size_t n, float* out);
void fill_normal(const Stream& stream, std::uint64_t first_group, std::size_t n, double* out);

}  // namespace qklab::kernels
