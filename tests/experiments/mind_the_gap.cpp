#include <cmath>

#include "tests/experiments/support.hpp"

using namespace qklab;
using testing::run;

namespace {
const Value independent{std::string("independent")}, tokens{std::string("tokens")};
}

TEST_CASE("mind_the_gap: the outlier stands at 1 and the bulk ends where theory says") {
  const auto kept =
      run("mind_the_gap", {{"length", std::int64_t{160}}, {"depth", std::int64_t{1}}, {"variance", 0.1}});
  CHECK(std::abs(kept.scalar("largest") - 1) <= 0.01);
  CHECK(std::abs(kept.scalar("edge_ratio") - 1) <= 0.1);
  CHECK(kept.scalar("gap") == doctest::Approx(kept.scalar("largest") - kept.scalar("second")));

  const auto removed =
      run("mind_the_gap",
          {{"length", std::int64_t{160}}, {"depth", std::int64_t{1}}, {"variance", 0.1}, {"removed", true}});
  CHECK(std::abs(removed.scalar("edge_ratio") - 1) <= 0.1);
  CHECK(removed.scalar("gap") <= 0.02);
}

TEST_CASE("mind_the_gap: stable rank against its limits, with and without values") {
  for (const bool values : {false, true}) {
    const auto removed = run("mind_the_gap", {{"length", std::int64_t{200}},
                                              {"depth", std::int64_t{2}},
                                              {"variance", 0.1},
                                              {"removed", true},
                                              {"values", values}});
    for (std::size_t l = 0; l < 2; ++l) {
      CHECK(std::abs(removed.series("stable_rank")[l] / removed.series("stable_rank_theory")[l] - 1) <= 0.2);
    }
  }
  // Without values the outlier's own fluctuations are small, so that the excess itself can be compared.
  const auto kept =
      run("mind_the_gap",
          {{"length", std::int64_t{200}}, {"depth", std::int64_t{3}}, {"variance", 0.1}, {"values", false}});
  for (std::size_t l = 0; l < 3; ++l) {
    CHECK(std::abs(kept.series("gram_excess")[l] / kept.series("gram_excess_theory")[l] - 1) <= 0.15);
  }
}

TEST_CASE("mind_the_gap: logits of tokens have the variance asked for") {
  // Independent tokens: the bulk of a product of two Gaussian matrices ends sqrt(27/16) further out (small
  // variance, where softmax is linear in its logits).
  const auto outcome = run(
      "mind_the_gap",
      {{"length", std::int64_t{200}}, {"depth", std::int64_t{1}}, {"variance", 0.01}, {"logits", tokens}});
  CHECK(std::abs(outcome.scalar("edge_ratio") / std::sqrt(27.0 / 16) - 1) <= 0.08);
}
