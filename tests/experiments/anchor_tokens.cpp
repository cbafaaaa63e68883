#include <cmath>

#include "tests/experiments/support.hpp"

using namespace qklab;

TEST_CASE("anchor_tokens: measures stay within what they mean") {
  for (const char* attention : {"softmax", "sparsemax"}) {
    for (const char* intervention : {"none", "tame"}) {
      const auto outcome = testing::run("anchor_tokens", {{"attention", Value{std::string(attention)}},
                                                          {"intervention", Value{std::string(intervention)}},
                                                          {"steps", std::int64_t{20}},
                                                          {"evaluate_every", std::int64_t{10}},
                                                          {"target", 100.0}});
      REQUIRE(outcome.series("anchor").size() == 3);
      for (const double anchor : outcome.series("anchor")) {
        CHECK(anchor >= 1 - 1e-6);
        CHECK(anchor <= 12 + 1e-6);
      }
      for (const double share : outcome.series("propagation")) {
        CHECK(share > 0);
        CHECK(share <= 1);
      }
      // A target above every loss is met at once.
      CHECK(outcome.scalar("steps_to_target") == 0);
      CHECK(outcome.scalar("anchor_at_target") == outcome.series("anchor").front());
    }
  }
}
