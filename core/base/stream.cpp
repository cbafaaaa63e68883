#include "core/base/stream.hpp"

#include <cmath>

#include "core/base/elementary.hpp"
#include "core/base/value.hpp"

namespace qklab {

Stream::Stream(std::uint64_t seed, std::uint64_t trial, std::string_view purpose) {
  const std::uint64_t key = mix(mix(mix(seed + 0x9e3779b97f4a7c15u) ^ trial) ^ hash_text(purpose));
  key_ = {static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32)};
}

Stream Stream::substream(std::uint64_t index) const {
  Stream out = *this;
  out.lane_ = mix(lane_ + index + 1);
  out.next_ = 0;
  return out;
}

std::uint64_t Stream::bits() {
  const PhiloxBlock words = block(next_ / 2);
  const std::size_t half = 2 * (next_ % 2);
  ++next_;
  return words[half] | std::uint64_t{words[half + 1]} << 32;
}

double Stream::uniform() { return (static_cast<double>(bits() >> 11) + 0.5) * 0x1p-53; }

double Stream::normal() {
  const double radius = std::sqrt(-2.0 * elementary::log(uniform()));
  return radius * elementary::half_turns(2 * uniform()).cosine;
}

std::uint64_t Stream::below(std::uint64_t bound) {
  // Rejects the few values that would make small remainders more likely.
  const std::uint64_t reject = -bound % bound;
  std::uint64_t x = bits();
  while (x < reject) x = bits();
  return x % bound;
}

}  // namespace qklab
