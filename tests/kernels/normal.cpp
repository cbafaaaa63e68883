#include "core/kernels/normal.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <vector>

using namespace qklab;
using kernels::fill_normal;
using kernels::normal_group;

namespace {

const Stream stream = Stream(3, 14, "test").substream(15);

// A group by its definition, a Philox block at a time, in double precision; and the radius of each number.
struct Reference {
  std::vector<double> value, radius;
};

void add_pair(Reference& out, std::size_t cosine, std::size_t sine, double u, double half_turns) {
  const double radius = std::sqrt(-2 * std::log(u)), angle = std::acos(-1.0) * half_turns;
  out.value[cosine] = radius * std::cos(angle);
  out.value[sine] = radius * std::sin(angle);
  out.radius[cosine] = out.radius[sine] = radius;
}

template <class T> Reference reference_group(std::uint64_t group) {
  constexpr std::size_t n = normal_group<T>;
  Reference out{std::vector<double>(n), std::vector<double>(n)};
  for (std::size_t l = 0; l < 16; ++l) {
    const PhiloxBlock w = stream.block(16 * group + l);
    if constexpr (sizeof(T) == 4) {
      for (std::size_t j = 0; j < 2; ++j) {
        const auto u = static_cast<float>((static_cast<double>(w[2 * j]) + 0.5) * 0x1p-32);
        const auto a = static_cast<double>(static_cast<std::int32_t>(w[2 * j + 1])) * 0x1p-31;
        add_pair(out, 2 * l + j, n / 2 + 2 * l + j, static_cast<double>(u), a);
      }
    } else {
      const auto fraction = [](std::uint32_t low, std::uint32_t high) {
        const std::uint64_t bits = (low | std::uint64_t{high} << 32) >> 12;
        return (static_cast<double>(bits) + 0.5) * 0x1p-52;
      };
      add_pair(out, l, n / 2 + l, fraction(w[0], w[2]), 2 * fraction(w[1], w[3]) - 1);
    }
  }
  return out;
}

template <class T> void check_against_reference(std::uint64_t first_group, std::size_t n) {
  CAPTURE(n);
  const T untouched = -77;
  std::vector<T> out(n + 3, untouched);
  fill_normal(stream, first_group, n, out.data() + 1);  // a misaligned start
  CHECK(out[0] == untouched);
  CHECK(out[n + 1] == untouched);
  constexpr auto g = normal_group<T>;
  Reference group;
  double worst = 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (i % g == 0) group = reference_group<T>(first_group + i / g);
    const double error = std::abs(static_cast<double>(out[i + 1]) - group.value[i % g]) / group.radius[i % g];
    if (!(error <= worst)) worst = error;
  }
  CHECK(worst <= 4 * static_cast<double>(std::numeric_limits<T>::epsilon()));
}

}  // namespace

TEST_CASE_TEMPLATE("normal numbers equal Box and Muller's transform of Philox blocks", T, float, double) {
  for (const auto n : std::initializer_list<std::size_t>{0,  1,  2,  3,  7,  8,  9,   15,  16,  17,
                                                         31, 32, 33, 63, 64, 65, 127, 128, 129, 1001})
    check_against_reference<T>(5, n);
  check_against_reference<T>((std::uint64_t{1} << 28) - 1, 200);  // block numbers pass 2^32
  check_against_reference<T>(0, 200000);
}

TEST_CASE_TEMPLATE("a fill may be split at groups", T, float, double) {
  constexpr auto g = normal_group<T>;
  std::vector<T> whole(10 * g + 5), pieces(whole.size());
  fill_normal(stream, 2, whole.size(), whole.data());
  for (std::size_t begin = 0, step = 1; begin < pieces.size(); begin += step * g, ++step)
    fill_normal(stream, 2 + begin / g, std::min(step * g, pieces.size() - begin), pieces.data() + begin);
  CHECK(whole == pieces);
}

TEST_CASE("the ends of the range of random bits give finite numbers") {
  kernels::NormalWords words;
  for (const std::uint64_t bits : {std::uint64_t{0}, ~std::uint64_t{0}, std::uint64_t{0x8000000080000000}}) {
    std::fill(std::begin(words.radius), std::end(words.radius), bits);
    std::fill(std::begin(words.angle), std::end(words.angle), bits);
    float single[normal_group<float>];
    double twice[normal_group<double>];
    kernels::normals_of(words, single);
    kernels::normals_of(words, twice);
    for (const float x : single) CHECK(std::abs(x) <= 6.8f);
    for (const double x : twice) CHECK(std::abs(x) <= 8.6);
  }
}

TEST_CASE_TEMPLATE("normal numbers are normal and independent", T, float, double) {
  const std::size_t n = 1 << 20;
  std::vector<T> drawn(n);
  fill_normal(stream, 0, n, drawn.data());
  std::vector<double> x(drawn.begin(), drawn.end());
  const double count = n;

  // Moments, each within 5 standard errors.
  double moment[5] = {};
  for (const double each : x)
    for (int k = 1; k <= 4; ++k) moment[k] += std::pow(each, k) / count;
  CHECK(std::abs(moment[1]) <= 5 * std::sqrt(1 / count));
  CHECK(std::abs(moment[2] - 1) <= 5 * std::sqrt(2 / count));
  CHECK(std::abs(moment[3]) <= 5 * std::sqrt(15 / count));
  CHECK(std::abs(moment[4] - 3) <= 5 * std::sqrt(96 / count));

  // Correlation of neighbours, of a pair's two halves, of lanes and of groups; of squares as well.
  for (const auto lag : std::initializer_list<std::size_t>{1, 2, 4, 8, 16, 32, 64, 1024}) {
    CAPTURE(lag);
    double plain = 0, squares = 0;
    for (std::size_t i = lag; i < n; ++i) {
      plain += x[i] * x[i - lag];
      squares += (x[i] * x[i] - 1) * (x[i - lag] * x[i - lag] - 1);
    }
    CHECK(std::abs(plain / count) <= 5 / std::sqrt(count));
    CHECK(std::abs(squares / count) <= 10 / std::sqrt(count));
  }

  // Kolmogorov and Smirnov: sqrt(n) D exceeds 1.95 with probability 0.001.
  std::sort(x.begin(), x.end());
  double distance = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double p = std::erfc(-x[i] / std::sqrt(2.0)) / 2, below = static_cast<double>(i) / count;
    const double gap = std::max(std::abs(p - below), std::abs(p - below - 1 / count));
    if (!(gap <= distance)) distance = gap;
  }
  CHECK(std::sqrt(count) * distance <= 1.95);

  // Tails beyond 4: 66 of 2^20 are expected.
  const auto beyond = std::count_if(x.begin(), x.end(), [](double v) { return std::abs(v) > 4; });
  CHECK(beyond >= 30);
  CHECK(beyond <= 110);
}
