// Dropout (Srivastava et al. 2014): each number is set to 0 with a probability, and multiplied by 1 / (1 - probability)
// otherwise. Which ones are kept follows from a stream and from where a number stands, so that masks are the same in
// whatever order and by however many threads they are made, and need not be stored.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "core/base/stream.hpp"
#include "core/kernels/level.hpp"

namespace qklab::kernels {

// 64 words of each group of 16 Philox blocks of the stream: words 0 and 2 of blocks 0, 1, ... in turn, then words 1 and 3.
inline constexpr std::size_t word_group = 64;
inline void fill_words(const Stream& stream, std::uint64_t first_group, std::size_t groups,
                       std::uint32_t* out) {
  level().fill_words(stream, first_group, groups, out);
}

// What is dropped of a tensor with rows of `length`: number j of row r where word j mod 64 of group
// r ceil(length / 64) + j / 64 of the stream is below the threshold.
struct Drop {
  Stream stream;
  std::uint32_t threshold;  // 2^32 times the probability
  std::size_t length;

  static std::uint32_t threshold_of(double probability) {
    return static_cast<std::uint32_t>(std::min(std::round(std::ldexp(probability, 32)), 0x1p32 - 1));
  }
  double factor() const { return 1 / (1 - std::ldexp(static_cast<double>(threshold), -32)); }

  // Calls body(j, keep) for the first n numbers of a row, `keep` being 0 or factor().
  template <class T, class Body> void for_row(std::size_t row, std::size_t n, const Body& body) const {
    constexpr std::size_t together = 4;  // groups, whose words stay in the innermost cache
    std::uint32_t words[together * word_group];
    const std::uint64_t first = row * ((length + word_group - 1) / word_group);
    const T kept = static_cast<T>(factor());
    for (std::size_t begin = 0; begin < n; begin += together * word_group) {
      const std::size_t count = std::min(n - begin, together * word_group);
      fill_words(stream, first + begin / word_group, (count + word_group - 1) / word_group, words);
      for (std::size_t j = 0; j < count; ++j) body(begin + j, words[j] < threshold ? T{0} : kept);
    }
  }
};

}  // namespace qklab::kernels
