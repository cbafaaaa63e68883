#include "core/kernels/normal.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/base/elementary.hpp"
#include "core/kernels/level.hpp"

namespace qklab::kernels {
namespace {

// (k + 1/2) 2^-52 in (0, 1) from the upper 52 bits of a word, as the mantissa of a number in [1, 2).
double unit_interval(std::uint64_t bits) {
  return std::bit_cast<double>(bits >> 12 | 0x3FF0000000000000u) - (1 - 0x1p-53);
}

NormalWords words_of(const Stream& stream, std::uint64_t group) {
  NormalWords words;
  for (std::size_t l = 0; l < NormalWords::blocks; ++l) {
    const PhiloxBlock block = stream.block(group * NormalWords::blocks + l);
    words.radius[l] = std::uint64_t{block[0]} | std::uint64_t{block[2]} << 32;
    words.angle[l] = std::uint64_t{block[1]} | std::uint64_t{block[3]} << 32;
  }
  return words;
}

}  // namespace

void normals_of(const NormalWords& words, float* out) { level().normals_of(words, out); }

void normals_of(const NormalWords& words, double* out) {
  for (std::size_t l = 0; l < NormalWords::blocks; ++l) {
    const double radius = std::sqrt(-2 * elementary::log(unit_interval(words.radius[l])));
    const auto [sine, cosine] = elementary::half_turns(2 * unit_interval(words.angle[l]) - 1);
    out[l] = radius * cosine;
    out[l + NormalWords::blocks] = radius * sine;
  }
}

void fill_normal(const Stream& stream, std::uint64_t first_group, std::size_t n, float* out) {
  level().fill_normal(stream, first_group, n, out);
}

void fill_normal(const Stream& stream, std::uint64_t first_group, std::size_t n, double* out) {
  constexpr std::size_t of_group = normal_group<double>;
  double group[of_group];
  for (std::size_t i = 0; i < n; i += of_group) {
    normals_of(words_of(stream, first_group++), group);
    std::copy_n(group, std::min(of_group, n - i), out + i);
  }
}

}  // namespace qklab::kernels
