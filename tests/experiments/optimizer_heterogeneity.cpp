#include <cmath>

#include "tests/experiments/support.hpp"

using namespace qklab;

TEST_CASE("optimizer_heterogeneity: every optimizer learns, and the gaps are differences of what is told") {
  const auto outcome = testing::run("optimizer_heterogeneity", {{"steps", std::int64_t{40}},
                                                                {"rates", std::int64_t{1}},
                                                                {"layers", std::int64_t{1}},
                                                                {"length", std::int64_t{6}},
                                                                {"vocabulary", std::int64_t{4}}});
  for (const char* name : {"sgd", "momentum", "adam", "sign"}) {
    const auto& loss = outcome.series(std::string("loss_") + name);
    CHECK(loss.back() < loss.front());
    CHECK(loss.front() == outcome.series("loss_adam").front());  // the same model and batches
    for (const double gini : outcome.series(std::string("heterogeneity_") + name)) {
      CHECK(gini >= 0);
      CHECK(gini < 1);
    }
  }
  CHECK(outcome.scalar("sgd_gap") == doctest::Approx(outcome.scalar("sgd") - outcome.scalar("adam")));
  CHECK(outcome.scalar("heterogeneity_initial") == outcome.series("heterogeneity_sgd").front());
  CHECK(outcome.scalar("spread") > 0);
}
