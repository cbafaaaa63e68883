// Every loop of every level that runs here comes to the bits of the portable one, at lengths around those of
// registers and tiles. Where this processor has one level of SIMD only, the other is not seen, but both are
// compared with the same third.
#include "core/kernels/level.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <string>
#include <utility>

#include "core/kernels/fused/attention.hpp"
#include "core/kernels/normal.hpp"
#include "core/kernels/optimizers.hpp"
#include "tests/kernels/support.hpp"

namespace qklab::kernels {
namespace {

using Numbers = std::vector<float>;

const std::size_t row_lengths[] = {1, 2, 7, 8, 15, 16, 17, 31, 32, 33, 64, 100};

// A NaN is equal to any other.
template <class T> bool same(const std::vector<T>& a, const std::vector<T>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::isnan(a[i]) && std::isnan(b[i])) continue;
    if (std::memcmp(&a[i], &b[i], sizeof(T)) != 0) return false;
  }
  return true;
}

// work(level) yields what that level computes.
template <class Work> void compare(const char* what, Work work) {
  const auto expected = work(*levels().front());
  for (const Level* other : levels().subspan(1)) {
    CAPTURE(std::string(what));
    CAPTURE(std::string(other->name));
    CHECK(same(work(*other), expected));
  }
}

TEST_CASE("there is a level without SIMD, and one that is chosen") {
  CHECK(std::string(levels().front()->name) == "portable");
  bool among = false;
  for (const Level* each : levels()) among = among || each == &level();
  CHECK(among);
#if defined(__x86_64__) || defined(__aarch64__)
  CHECK(levels().size() >= 2);
#endif
}

template <class T> std::vector<T> operand(int n, std::uint64_t seed) {
  const Numbers x = normals(static_cast<std::size_t>(n), seed);
  return {x.begin(), x.end()};
}

template <class T> void compare_products(void (*Level::*product)(const Product<T>&)) {
  for (const bool ta : {false, true}) {
    for (const bool tb : {false, true}) {
      for (const auto& sizes : {std::array{1, 1, 1},
                                {5, 7, 3},
                                {6, 16, 20},
                                {12, 32, 8},
                                {13, 33, 9},
                                {50, 47, 300},
                                {64, 64, 600},
                                {100, 72, 17},
                                {16, 560, 40},
                                {7, 8, 1}}) {
        const int m = sizes[0], n = sizes[1], k = sizes[2];
        const auto a = operand<T>(m * k, 1), b = operand<T>(k * n, 2);
        for (const auto& factors : {std::pair{1.0, 0.0}, {1.0, 1.0}, {0.3, 0.7}}) {
          CAPTURE(m);
          CAPTURE(n);
          CAPTURE(k);
          compare("product", [&](const Level& level) {
            auto c = operand<T>(m * n, 3);
            (level.*product)({ta, tb, m, n, k, static_cast<T>(factors.first), a.data(), ta ? m : k, b.data(),
                              tb ? k : n, static_cast<T>(factors.second), c.data(), n});
            return c;
          });
        }
      }
    }
  }
}

TEST_CASE("products") {
  compare_products(&Level::product);
  compare_products(&Level::product_double);
}

TEST_CASE("rows") {
  for (const std::size_t n : row_lengths) {
    CAPTURE(n);
    constexpr std::size_t rows = 3;
    const Numbers x = normals(rows * n, 1, 3), dy = normals(rows * n, 2), gain = normals(n, 3),
                  bias = normals(n, 4);
    compare("softmax", [&](const Level& level) {
      Numbers y(n), dx = normals(n, 5), terms(2);
      level.softmax(n, x.data(), y.data(), &terms[0], &terms[1]);
      level.softmax_slope(n, y.data(), dy.data(), dx.data());
      y.insert(y.end(), dx.begin(), dx.end());
      y.insert(y.end(), terms.begin(), terms.end());
      return y;
    });
    for (const bool affine : {false, true}) {
      const float* by = affine ? gain.data() : nullptr;
      compare("layer norm", [&](const Level& level) {
        Numbers y(rows * n), kept(2 * rows), dx = normals(rows * n, 5), dgain = normals(n, 6),
                                             dbias = normals(n, 7);
        level.layer_norm(rows, n, 1e-5f, x.data(), by, bias.data(), y.data(), kept.data());
        level.layer_norm_slope(rows, n, x.data(), by, kept.data(), dy.data(), 0.5f, dx.data());
        level.layer_norm_parameters(rows, n, x.data(), kept.data(), dy.data(), dgain.data(), dbias.data());
        for (const Numbers& each : {kept, dx, dgain, dbias}) y.insert(y.end(), each.begin(), each.end());
        return y;
      });
    }
    compare("GELU", [&](const Level& level) {
      Numbers z = x, y(rows * n), dx = dy;
      level.gelu_with_slope(rows, n, z.data(), bias.data(), y.data());
      level.gelu_slope(n, x.data(), dy.data(), dx.data());
      for (const Numbers& each : {z, dx}) y.insert(y.end(), each.begin(), each.end());
      return y;
    });
    compare("Adam", [&](const Level& level) {
      Numbers w = gain, m = bias, v = normals(n, 8);
      for (float& each : v) each *= each;
      level.adam(n, {0.01f, 0.5f, 0.1f, 0.9f, 0.999f, 1e-8f, 0.1f, 0.03f, true}, dy.data(), w.data(),
                 m.data(), v.data());
      for (const Numbers& each : {m, v}) w.insert(w.end(), each.begin(), each.end());
      return w;
    });
    compare("a transposed matrix", [&](const Level& level) {
      Numbers y(rows * n);
      level.transpose(static_cast<int>(rows), static_cast<int>(n), x.data(), static_cast<std::ptrdiff_t>(n),
                      y.data(), rows);
      return y;
    });
  }
}

TEST_CASE("rows of scores, causal and not") {
  for (const int length : {1, 5, 16, 17, 40}) {
    const Head head{length, 8, 24, 8, Mask::causal()};
    const auto size = static_cast<std::size_t>(length) * static_cast<std::size_t>(head.stride());
    const Numbers x = normals(size, 1, 4), dy = normals(size, 2);
    for (const std::size_t more : {std::size_t{0}, std::size_t{1}}) {
      const std::size_t all = static_cast<std::size_t>(length);
      const ScoreRows rows{length, more ? 1 : all, more, all, head.stride()};
      compare("scores", [&](const Level& level) {
        Numbers y(size), dx(size);
        level.softmax_rows(rows, x.data(), y.data());
        level.softmax_slope_rows(rows, y.data(), dy.data(), dx.data());
        y.insert(y.end(), dx.begin(), dx.end());
        return y;
      });
    }
  }
}

TEST_CASE("normal numbers") {
  for (const std::size_t n : {std::size_t{5}, std::size_t{64}, std::size_t{1000}}) {
    compare("normal numbers", [&](const Level& level) {
      Numbers out(n);
      level.fill_normal(Stream(1, 2, "levels"), 3, n, out.data());
      return out;
    });
  }
}

TEST_CASE("losses of rows and their gradient, which may take the place of the logits") {
  for (const std::size_t classes : row_lengths) {
    constexpr std::size_t rows = 19;
    const Numbers logits = normals(rows * classes, 1, 3);
    std::vector<std::int32_t> targets(rows);
    for (std::size_t r = 0; r < rows; ++r)
      targets[r] = r % 5 == 2 ? -100 : static_cast<std::int32_t>(r * r % classes);
    const auto apart = [&](const Level& level) {
      Numbers out(rows * (classes + 1));
      level.cross_entropy_rows(rows, classes, -100, 15, logits.data(), targets.data(), out.data() + rows,
                               out.data());
      return out;
    };
    compare("losses", apart);
    compare("losses in place", [&](const Level& level) {
      Numbers out(rows), gradient = logits;
      level.cross_entropy_rows(rows, classes, -100, 15, gradient.data(), targets.data(), gradient.data(),
                               out.data());
      out.insert(out.end(), gradient.begin(), gradient.end());
      CHECK(same(out, apart(level)));
      return out;
    });
  }
}

TEST_CASE("random words are those of the stream's blocks") {
  const Stream stream = Stream(1, 2, "levels").substream(5);
  for (const Level* level : levels()) {
    std::vector<std::uint32_t> words(3 * 64);
    level->fill_words(stream, 7, 3, words.data());
    for (std::size_t i = 0; i < words.size(); ++i) {
      const std::size_t place = i % 64, pair = place % 32;
      const PhiloxBlock block = stream.block((7 + i / 64) * 16 + pair / 2);
      REQUIRE(words[i] == block[2 * (pair % 2) + (place < 32 ? 0 : 1)]);
    }
  }
}

TEST_CASE("walks") {
  constexpr std::size_t dim = 9, length = 7, samples = 128;
  const Numbers x = normals(dim * samples, 1), u = normals(dim * samples, 2),
                noise = normals(length * samples, 3);
  const Numbers counted = {1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1};
  for (const bool clipped : {false, true}) {
    compare("walk", [&](const Level& level) {
      Numbers forms(samples), norms(samples), logits = noise, sums(5 * length * walk_lanes);
      const WalkBlock block{dim,      length,       samples,      x.data(),
                            u.data(), forms.data(), norms.data(), logits.data()};
      level.walk_logits(block);
      Numbers out = logits;
      float* at = sums.data();
      const auto next = [&] { return std::exchange(at, at + length * walk_lanes); };
      const WalkSums into{next(), next(), next(), next(), next(), counted.data()};
      for (std::size_t group = 0; group < samples / walk_lanes; ++group)
        (clipped ? level.walk_clipped : level.walk_softmax)(block, group, into);
      for (const Numbers& each : {forms, norms, sums}) out.insert(out.end(), each.begin(), each.end());
      return out;
    });
  }
}

}  // namespace
}  // namespace qklab::kernels
