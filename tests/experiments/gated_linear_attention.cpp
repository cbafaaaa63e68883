#include <cmath>

#include "tests/experiments/support.hpp"

using namespace qklab;

TEST_CASE("gated_linear_attention: a short run yields risks between Bayes and no answer at all") {
  const auto outcome = testing::run("gated_linear_attention",
                                    {{"steps", std::int64_t{300}}, {"test_batches", std::int64_t{64}}});
  const double risk = outcome.scalar("risk");
  CHECK(risk >= 0.9 * outcome.scalar("risk_bayes"));
  CHECK(risk <= 1.3);
  CHECK(outcome.scalar("risk_bayes") <= outcome.scalar("risk_optimal"));
  CHECK(outcome.scalar("risk_optimal") <= outcome.scalar("risk_uniform"));
  // The optimal weighting, measured on prompts as the model sees them, has the risk that the formula says.
  CHECK(std::abs(outcome.scalar("weighted_measured") / outcome.scalar("risk_optimal") - 1) <= 0.12);
}
