#include <cmath>

#include "tests/experiments/support.hpp"
#include "tests/source_directory.hpp"

using namespace qklab;

namespace {

testing::Outcome run_scaled(const char* intervention) {
  return testing::run("tame_inference", {{"intervention", Value{std::string(intervention)}},
                                         {"task", Value{std::string("text")}},
                                         {"text", Value{source_directory() + "/data/shakespeare.txt"}},
                                         {"vocabulary", std::int64_t{64}},
                                         {"causal", Value{true}},
                                         {"length", std::int64_t{16}},
                                         {"dim", std::int64_t{16}},
                                         {"heads", std::int64_t{2}},
                                         {"layers", std::int64_t{2}},
                                         {"batch", std::int64_t{8}},
                                         {"steps", std::int64_t{60}},
                                         {"lr", 0.01},
                                         {"sequences", std::int64_t{8}}});
}

}  // namespace

TEST_CASE("tame_inference: a factor of one changes nothing, and of nothing leaves uniform attention") {
  const auto outcome = run_scaled("scale");
  const auto& loss = outcome.series("loss");
  CHECK(loss[6] == doctest::Approx(outcome.scalar("unchanged_loss")));  // gamma = 1
  CHECK(loss[0] != doctest::Approx(loss[6]));
  double uniform = 0;
  for (int t = 1; t <= 16; ++t) uniform += std::log(t) / 16;
  CHECK(outcome.series("entropy")[0] == doctest::Approx(uniform).epsilon(1e-5));
  CHECK(outcome.series("propagation_entropy")[0] == doctest::Approx(1));
  CHECK(outcome.series("entropy").back() < uniform);
}

TEST_CASE(
    "tame_inference: by activations nothing changes at gamma 0, and by its formula scores are scaled alike") {
  const auto activations = run_scaled("activations"), formula = run_scaled("formula");
  CHECK(activations.series("loss")[0] == doctest::Approx(activations.scalar("unchanged_loss")));
  CHECK(activations.series("factor")[0] == doctest::Approx(1));
  CHECK(activations.series("factor")[4] > 1);
  CHECK(formula.scalar("unchanged_loss") == activations.scalar("unchanged_loss"));  // the same model
  CHECK(formula.series("factor")[9] == doctest::Approx(2 * formula.series("factor")[6]));
  // Chosen on four sequences and judged on four others, it may be a loss; which sequences depends on the file's path.
  CHECK(std::abs(formula.scalar("gain")) < 0.5);
}
