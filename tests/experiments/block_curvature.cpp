#include <cmath>

#include "tests/experiments/support.hpp"

using namespace qklab;

namespace {

testing::Outcome run_curvature(const char* part, std::int64_t layers, std::int64_t steps,
                               bool curvature = true) {
  return testing::run("block_curvature", {{"part", Value{std::string(part)}},
                                          {"layers", layers},
                                          {"pretrain_steps", steps},
                                          {"curvature", Value{curvature}},
                                          {"length", std::int64_t{8}},
                                          {"vocabulary", std::int64_t{4}},
                                          {"batch", std::int64_t{4}},
                                          {"dim", std::int64_t{8}},
                                          {"ffn", std::int64_t{8}}});
}

}  // namespace

TEST_CASE("block_curvature: every matrix of a layer has a gradient and a converged largest eigenvalue") {
  const auto outcome = run_curvature("all", 2, 0);
  CHECK(outcome.series("gradient").size() == 12);
  REQUIRE(outcome.series("sharpness").size() == 12);
  for (const double each : outcome.series("gradient")) CHECK(each > 0);
  CHECK(outcome.scalar("residual") <= 0.02);
  CHECK(std::abs(outcome.scalar("correlation")) <= 1);
  CHECK(outcome.scalar("gradient_gini") > 0);
  CHECK(outcome.scalar("gradient_gini") < 1);
}

TEST_CASE("block_curvature: a part has what it has among all, by layer") {
  const auto all = run_curvature("all", 2, 0), values = run_curvature("v", 2, 0, false);
  CHECK(values.series("gradient") ==
        std::vector<double>{all.series("gradient")[2], all.series("gradient")[8]});
}

TEST_CASE("block_curvature: pre-training changes what is measured") {
  const auto fresh = run_curvature("all", 1, 0, false), trained = run_curvature("all", 1, 30, false);
  CHECK(trained.scalar("pretrained_loss") < std::log(4.0) + 0.5);
  CHECK(trained.series("gradient") != fresh.series("gradient"));
}
