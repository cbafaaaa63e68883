// Each interval against an obvious computation of the same thing.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/claims/method.hpp"

using namespace qklab;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

std::unique_ptr<Inference> infer(const char* method, std::vector<double> values,
                                 std::optional<Range> range = {}) {
  std::string why;
  auto inference =
      Registry<MethodKind>::all().at(method).make({std::move(values), range, Stream(1, 2, "test")}, why);
  REQUIRE_MESSAGE(inference, why);
  return inference;
}

std::vector<double> sample(std::size_t n, std::uint64_t seed) {
  Stream stream(seed, n, "sample");
  std::vector<double> values(n);
  for (double& v : values) v = 0.3 + stream.normal();
  return values;
}

// The share of all 2^n choices of sides whose statistic is at least as large as observed.
template <class Statistic>
double enumerated(const std::vector<double>& distance, const Statistic& statistic) {
  const std::size_t n = distance.size();
  std::vector<bool> above(n);
  for (std::size_t i = 0; i < n; ++i) above[i] = distance[i] > 0;
  const double observed = statistic(above);
  double as_large = 0;
  for (std::size_t sides = 0; sides < (std::size_t{1} << n); ++sides) {
    for (std::size_t i = 0; i < n; ++i) above[i] = sides >> i & 1;
    as_large += statistic(above) >= observed - 1e-9;
  }
  return as_large / static_cast<double>(std::size_t{1} << n);
}

}  // namespace

TEST_CASE("signs and signed ranks agree with all choices of sides, with ties and at the threshold") {
  std::vector<std::vector<double>> samples = {{1, 2, 2, -2, 3, 5, 0, 1}, {0.5, 0.5, 0.5}, {-1, -2, -3, 4}};
  samples.push_back(sample(11, 1));
  for (const auto& values : samples) {
    for (const double threshold : {-1.5, 0.0, 0.5, 2.0}) {
      std::vector<double> distance = values;
      for (double& d : distance) d -= threshold;
      const auto count = [](const std::vector<bool>& above) {
        return static_cast<double>(std::count(above.begin(), above.end(), true));
      };
      const auto rank_sum = [&](const std::vector<bool>& above) {
        double sum = 0;
        for (std::size_t i = 0; i < distance.size(); ++i) {
          double rank = 0.5;
          for (const double other : distance)
            rank += std::abs(other) < std::abs(distance[i])    ? 1
                    : std::abs(other) == std::abs(distance[i]) ? 0.5
                                                               : 0;
          if (above[i]) sum += rank;
        }
        return sum;
      };
      CHECK(std::abs(infer("sign", values)->p_above(threshold) - enumerated(distance, count)) <= 1e-12);
      CHECK(std::abs(infer("rank", values)->p_above(threshold) - enumerated(distance, rank_sum)) <= 1e-12);
      for (double& d : distance) d = -d;
      CHECK(std::abs(infer("sign", values)->p_below(threshold) - enumerated(distance, count)) <= 1e-12);
      CHECK(std::abs(infer("rank", values)->p_below(threshold) - enumerated(distance, rank_sum)) <= 1e-12);
    }
  }
}

TEST_CASE("intervals are made of the thresholds that are not rejected") {
  for (const char* method : {"sign", "rank", "t", "bootstrap", "betting"}) {
    for (const std::size_t n : {8, 9, 40}) {
      CAPTURE(method);
      CAPTURE(n);
      std::vector<double> values = sample(n, 3);
      const auto inference = infer(method, values, Range{-6, 6});
      const Interval i = inference->interval(0.95);
      constexpr double step = 1e-6;
      CHECK(i.low < inference->estimate());
      CHECK(inference->estimate() < i.high);
      CHECK(inference->p_above(i.low - step) <= 0.0251);
      CHECK(inference->p_above(i.low + step) >= 0.0249);
      CHECK(inference->p_below(i.high + step) <= 0.0251);
      CHECK(inference->p_below(i.high - step) >= 0.0249);
    }
  }
}

TEST_CASE("too few seeds do not bound the truth by signs or ranks") {
  for (const char* method : {"sign", "rank"}) {
    CHECK(infer(method, {1, 2, 3, 4, 5})->interval(0.95).low == -infinity);
    CHECK(infer(method, {1, 2, 3, 4, 5, 6})->interval(0.95).low == 1);
    CHECK(infer(method, {1, 2, 3, 4, 5, 6})->interval(0.95).high == 6);
  }
}

TEST_CASE("a seed that counts against a claim is beyond every threshold") {
  const auto sign = infer("sign", {-infinity, 1, 2, 3, 4, 5, 6, 7});
  CHECK(sign->estimate() == 3.5);
  CHECK(sign->p_above(0) == 9.0 / 256);
}

TEST_CASE("the share of seeds by Clopper and Pearson, from sums of binomial terms") {
  const auto share = infer("exact", {1, 1, 1, 1, 1, 1, 1, 0, 0, 0});
  CHECK(share->estimate() == 0.7);
  CHECK(std::abs(share->interval(0.95).low - 0.3475471) <= 1e-7);
  CHECK(std::abs(share->interval(0.95).high - 0.9332605) <= 1e-7);
  CHECK(std::abs(share->p_above(0.5) - 176.0 / 1024) <= 1e-12);
  CHECK(std::abs(share->p_below(0.9) - 0.0701908264) <= 1e-9);
  CHECK(infer("exact", {1, 1, 1})->interval(0.95).high == 1);
  CHECK(infer("exact", {0, 0, 0})->interval(0.95).low == 0);
}

TEST_CASE("a fair bet gains nothing: all outcomes of coins, weighted by their chances") {
  constexpr int n = 12;
  for (const double chance : {0.1, 0.5, 0.9}) {
    for (const bool above : {true, false}) {
      double capital = 0, wrong = 0;
      for (int heads = 0; heads <= n; ++heads) {
        std::vector<double> values(n, 0.0);
        std::fill_n(values.begin(), heads, 1.0);
        const double weight = std::tgamma(n + 1) / (std::tgamma(heads + 1) * std::tgamma(n - heads + 1)) *
                              std::pow(chance, heads) * std::pow(1 - chance, n - heads);
        const auto betting = infer("betting", values, Range{0, 1});
        const double p = above ? betting->p_above(chance) : betting->p_below(chance);
        capital += weight / p;
        wrong += p <= 0.025 ? weight : 0;
      }
      CHECK(capital >= 0.99);  // p is capped at 1, so that it is a little more than 1
      CHECK(wrong <= 0.025);
    }
  }
}

TEST_CASE("bets do not depend on where the range lies, nor on the order of seeds") {
  std::vector<double> values = {0.2, 0.5, 0.9, 0.7, 0.6, 0.8}, moved, turned(values.rbegin(), values.rend());
  for (const double v : values) moved.push_back(10 + 4 * v);
  const double p = infer("betting", values, Range{0, 1})->p_above(0.3);
  CHECK(p < 0.5);
  CHECK(std::abs(infer("betting", moved, Range{10, 14})->p_above(11.2) - p) <= 1e-12);
  CHECK(std::abs(infer("betting", turned, Range{0, 1})->p_above(0.3) - p) <= 1e-12);
  CHECK(std::abs(infer("betting", moved, Range{10, 14})->p_below(13.8) -
                 infer("betting", values, Range{0, 1})->p_below(0.95)) <= 1e-12);
}

TEST_CASE("what a method cannot use is told") {
  std::string why;
  const auto& all = Registry<MethodKind>::all();
  CHECK_FALSE(all.at("betting").make({{0.5, 1.5}, Range{0, 1}, Stream(0, 0, "")}, why));
  CHECK(why.find("outside the range") != std::string::npos);
  CHECK_FALSE(all.at("t").make({{2, 2, 2}, {}, Stream(0, 0, "")}, why));
  CHECK(why.find("equal") != std::string::npos);
  CHECK_FALSE(all.at("rank").make({{2, infinity, 2}, {}, Stream(0, 0, "")}, why));
  CHECK(why.find("finite") != std::string::npos);
}

TEST_CASE("the bootstrap is a function of its stream alone") {
  const std::vector<double> values = {1, 5, 2, 8, 3, 4, 4, 9};
  std::string why;
  const auto& bootstrap = Registry<MethodKind>::all().at("bootstrap");
  const auto low = [&](const char* purpose) {
    return bootstrap.make({values, {}, Stream(1, 1, purpose)}, why)->interval(0.95).low;
  };
  CHECK(low("a") == low("a"));
  CHECK(low("a") != low("b"));
}
