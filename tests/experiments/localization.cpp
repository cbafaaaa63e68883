#include <algorithm>
#include <cmath>
#include <numeric>

#include "tests/experiments/support.hpp"

using namespace qklab;
using qklab::testing::run;

namespace {

double largest_gap(const std::vector<double>& a, const std::vector<double>& b) {
  REQUIRE(a.size() == b.size());
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double gap = std::abs(a[i] - b[i]);
    if (!(gap <= largest)) largest = gap;
  }
  return largest;
}

double sum(const std::vector<double>& x) { return std::accumulate(x.begin(), x.end(), 0.0); }

Value whole(std::int64_t x) { return Value(x); }

}  // namespace

TEST_CASE("localization: support agrees with theory away from the shipped grid") {
  struct Point {
    std::int64_t dim, length;
    double mean, variance;
  };
  const Point points[] = {{48, 21, 0.3, 0.05}, {48, 64, -0.2, 2},  {70, 45, 0.07, 0.3},  {97, 33, -1, 20},
                          {128, 27, 0, 0.02},  {160, 64, 0.25, 7}, {160, 21, 0.9, 0.001}};
  for (const Point& point : points) {
    for (const std::int64_t seed : {0, 1}) {
      CAPTURE(point.dim);
      CAPTURE(seed);
      const auto trial = run("localization", {{"dim", whole(point.dim)},
                                              {"length", whole(point.length)},
                                              {"mean", Value(point.mean)},
                                              {"variance", Value(point.variance)},
                                              {"samples", whole(20000)},
                                              {"seed", whole(seed)}});
      CHECK(largest_gap(trial.series("support"), trial.series("support_theory")) <= 0.025);
      CHECK(trial.scalar("mean_drawn") == doctest::Approx(point.mean).epsilon(1e-12));
      CHECK(trial.scalar("variance_drawn") == doctest::Approx(point.variance).epsilon(1e-10));
      CHECK(trial.scalar("frobenius_variance") == doctest::Approx(point.variance).epsilon(1e-10));
    }
  }
}

TEST_CASE("localization: a W that is not symmetric has another Frobenius variance, which theory follows") {
  const auto trial = run("localization", {{"dim", whole(96)},
                                          {"mean", Value(0.125)},
                                          {"variance", Value(1.0)},
                                          {"symmetric", Value(false)},
                                          {"asymmetry", Value(3.0)},
                                          {"samples", whole(20000)}});
  CHECK(trial.scalar("variance_drawn") == doctest::Approx(1).epsilon(1e-10));
  CHECK(trial.scalar("frobenius_variance") == doctest::Approx(7).epsilon(1e-10));
  CHECK(largest_gap(trial.series("support"), trial.series("support_theory")) <= 0.025);
  const auto symmetric =
      run("localization",
          {{"dim", whole(96)}, {"mean", Value(0.125)}, {"variance", Value(1.0)}, {"samples", whole(20000)}});
  // Were tr(W^2) alone to decide, the two would agree.
  CHECK(largest_gap(trial.series("support"), symmetric.series("support")) >= 0.1);
}

TEST_CASE("localization: scalars and series say the same") {
  for (const char* attention : {"piecewise", "softmax"}) {
    CAPTURE(attention);
    const auto trial = run("localization", {{"length", whole(40)},
                                            {"mean", Value(0.25)},
                                            {"variance", Value(0.5)},
                                            {"attention", Value(std::string(attention))}});
    const auto& support = trial.series("support");
    const auto& active = trial.series("active");
    CHECK(support.size() == 40);
    CHECK(sum(trial.series("attention")) == doctest::Approx(1).epsilon(1e-5));
    const auto [least, most] = std::minmax_element(support.begin(), support.end());
    CHECK(trial.scalar("contrast") == *most - *least);
    for (std::size_t t = 0; t < support.size(); ++t) CHECK(active[t] <= support[t]);
    CHECK(trial.scalar("entropy") > 0);
    CHECK(trial.scalar("entropy") <= std::log(40));
    CHECK(trial.scalar("participation") >= 1);
    CHECK(trial.scalar("participation") <= 40);
  }
}

TEST_CASE("localization: where logits are small softmax is its linearization") {
  // Small against the temperature: weights are (1 + z) / T + O(z^2 / T).
  std::vector<std::vector<double>> attention;
  for (const char* name : {"piecewise", "softmax"}) {
    const auto trial = run("localization", {{"mean", Value(0.1)},
                                            {"variance", Value(0.1)},
                                            {"temperature", Value(2e4)},
                                            {"attention", Value(std::string(name))}});
    attention.push_back(trial.series("attention"));
    CHECK(trial.scalar("entropy") == doctest::Approx(std::log(32)).epsilon(1e-4));
    CHECK(trial.scalar("participation") == doctest::Approx(32).epsilon(1e-3));
    CHECK(trial.series("support") == std::vector<double>(32, 1.0));
  }
  CHECK(largest_gap(attention[0], attention[1]) <= 1e-5);
}

TEST_CASE("localization: W = 0 spreads attention evenly, a single token has all of it") {
  const auto even = run("localization", {{"mean", Value(0.0)}, {"variance", Value(0.0)}});
  CHECK(even.scalar("entropy") == doctest::Approx(std::log(32)).epsilon(1e-6));
  CHECK(even.scalar("participation") == doctest::Approx(32).epsilon(1e-6));
  CHECK(even.scalar("contrast") == 0);
  for (const char* attention : {"piecewise", "softmax"}) {
    const auto single =
        run("localization", {{"length", whole(1)}, {"attention", Value(std::string(attention))}});
    CHECK(single.series("support") == std::vector<double>{1});
    CHECK(single.series("active") == std::vector<double>{0});
    CHECK(single.series("attention") == std::vector<double>{1});
    CHECK(std::abs(single.scalar("entropy")) <= 1e-6);
  }
}

TEST_CASE("localization: several parts of a sample add up, whoever draws them") {
  const std::vector<std::pair<std::string, Value>> settings = {{"samples", whole(7001)},
                                                               {"mean", Value(0.2)}};
  const auto first = run("localization", settings), second = run("localization", settings);
  CHECK(first.series("support") == second.series("support"));
  CHECK(first.series("attention") == second.series("attention"));
  CHECK(first.scalar("entropy") == second.scalar("entropy"));
  // Frequencies of 7001 samples, no more and no fewer.
  for (const double each : first.series("support"))
    CHECK(std::abs(each * 7001 - std::round(each * 7001)) <= 1e-8);
}

TEST_CASE(
    "localization: a mean of 0.5 supports late tokens, but only those in the middle are not saturated") {
  const auto trial =
      run("localization", {{"mean", Value(0.5)}, {"variance", Value(0.01)}, {"by_share", Value(true)}});
  const std::vector<double> support = trial.series("support"), active = trial.series("active");
  CHECK(support[31] > 0.99);
  CHECK(active[31] < 0.05);
  CHECK(std::abs(active[23] - 0.56) <= 0.05);
  CHECK(trial.scalar("support_late") > 0.5);
  CHECK(trial.scalar("active_middle") > 0.5);
  const double sum =
      trial.scalar("active_early") + trial.scalar("active_middle") + trial.scalar("active_late");
  CHECK(sum == doctest::Approx(1));
  CHECK(trial.scalar("active_contrast") ==
        *std::max_element(active.begin(), active.end()) - *std::min_element(active.begin(), active.end()));
  CHECK(trial.series("active_by_share") == active);
  CHECK(trial.series("active_limit").size() == 32);
}
