// See core/kernels/normal.hpp.
#include "core/kernels/normal.hpp"

#include <cstring>

#include "core/kernels/simd/functions.hpp"
#include "core/kernels/simd/kernels.hpp"

namespace qklab::kernels::QKLAB_LEVEL {
namespace {

using Lanes = Part<std::uint64_t>;
constexpr std::size_t width = part_lanes<std::uint64_t>, blocks = NormalWords::blocks;

QKLAB_INLINE Lanes load(const std::uint64_t* x) {
#ifdef QKLAB_PORTABLE
  return *x;
#else
  return Lanes::load_unaligned(x);
#endif
}
QKLAB_INLINE void store(const Lanes& x, std::uint64_t* to) {
#ifdef QKLAB_PORTABLE
  *to = x;
#else
  x.store_unaligned(to);
#endif
}

// Products of the lanes' lower halves: one instruction, for which xsimd has no name.
QKLAB_INLINE Lanes multiply_low(const Lanes& a, const Lanes& b) {
#if !defined(QKLAB_PORTABLE) && defined(__AVX512F__)
  return _mm512_mul_epu32(a, b);
#elif !defined(QKLAB_PORTABLE) && defined(__AVX2__)
  return _mm256_mul_epu32(a, b);
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
// upper half holds rubbish until the end, which saves masking it. Two registers at a time, since a round
// waits for the one before it.
void philox_group(const RoundKeys& keys, std::uint64_t stream_lane, std::uint64_t group, NormalWords& out) {
  constexpr std::size_t together = 2;
  static_assert(blocks % (together * width) == 0);
  const Lanes multiplier_a(std::uint64_t{0xD2511F53u}), multiplier_c(std::uint64_t{0xCD9E8D57u});
  std::uint64_t index[blocks];
  for (std::size_t l = 0; l < blocks; ++l) index[l] = group * blocks + l;
  for (std::size_t l = 0; l < blocks; l += together * width) {
    Lanes a[together], b[together], c[together], d[together];
    for (std::size_t i = 0; i < together; ++i) {
      a[i] = load(index + l + i * width);
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
      store((a[i] & lower) | (c[i] << 32), out.radius + l + i * width);
      store((b[i] & lower) | (d[i] << 32), out.angle + l + i * width);
    }
  }
}

// (k + 1/2) 2^-32 in (0, 1], rounded to a float's 24 bits wherever it lies: small ones keep their precision,
// so the tails reach 6.7 standard deviations. In halves, since 32 unsigned bits have no SIMD conversion.
QKLAB_INLINE Floats unit_interval(const Words& k) {
  const auto whole = [](const Words& x) { return bits_as<float>(x + Words(0x4b000000u)) - 0x1p23f; };
  return fma(whole(shift_right<16>(k)), Floats(0x1p-16f),
             fma(whole(k & 0xffffu), Floats(0x1p-32f), Floats(0x1p-33f)));
}

// k 2^-31 in [-1, 1], k read as signed: the angle in half turns. In halves as well.
QKLAB_INLINE Floats angle_of(const Words& k) {
  const auto whole = [](const Words& x) { return bits_as<float>(x + Words(0x4b000000u)) - 0x1p23f; };
  const Words shifted = k + Words(0x80000000u);  // k + 2^31
  return fma(whole(shift_right<16>(shifted)) - 0x1p15f, Floats(0x1p-15f),
             whole(shifted & 0xffffu) * 0x1p-31f);
}

}  // namespace

void normals_of(const NormalWords& words, float* out) {
  constexpr std::size_t n = 2 * blocks;
  std::uint32_t radius_bits[n], angle_bits[n];
  std::memcpy(radius_bits, words.radius, sizeof radius_bits);
  std::memcpy(angle_bits, words.angle, sizeof angle_bits);
  for (std::size_t i = 0; i < n; i += lanes<float>) {
    const Floats radius = sqrt(log(unit_interval(Words::load(radius_bits + i))) * -2.0f);
    const Circle circle = half_turns(angle_of(Words::load(angle_bits + i)));
    (radius * circle.cosine).store(out + i);
    (radius * circle.sine).store(out + n + i);
  }
}

void fill_normal(const Stream& stream, std::uint64_t first_group, std::size_t n, float* out) {
  constexpr std::size_t of_group = normal_group<float>;
  const RoundKeys keys(stream.key());
  NormalWords words;
  std::uint64_t group = first_group;
  for (; n >= of_group; n -= of_group, out += of_group) {
    philox_group(keys, stream.lane(), group++, words);
    QKLAB_LEVEL::normals_of(words, out);
  }
  if (n == 0) return;
  float last[of_group];
  philox_group(keys, stream.lane(), group, words);
  QKLAB_LEVEL::normals_of(words, last);
  std::memcpy(out, last, n * sizeof(float));
}

void fill_words(const Stream& stream, std::uint64_t first_group, std::size_t groups, std::uint32_t* out) {
  const RoundKeys keys(stream.key());
  NormalWords words;
  static_assert(sizeof words.radius + sizeof words.angle == 64 * sizeof(std::uint32_t));
  for (std::size_t i = 0; i < groups; ++i, out += 64) {
    philox_group(keys, stream.lane(), first_group + i, words);
    std::memcpy(out, words.radius, sizeof words.radius);
    std::memcpy(out + 32, words.angle, sizeof words.angle);
  }
}

}  // namespace qklab::kernels::QKLAB_LEVEL
