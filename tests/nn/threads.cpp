// A trial that gets all cores to itself has the same numbers as one that gets one.
#include "core/nn/optimizers/optimizer.hpp"
#include "tests/nn/support.hpp"
#include "tests/with_threads.hpp"

namespace qklab::nn {
namespace {

// Parameters after a few steps, and the loss.
std::vector<float> trained_with(int threads, const ModelConfig& config) {
  return with_threads(threads, [&] {
    Trained<float> trained(config, 32);
    Optimizer<float> optimizer(defaults("adamw"), trained.tape);
    for (int i = 0; i < 3; ++i) {
      trained.step();
      optimizer.step();
    }
    const auto parameters = trained.tape.parameters();
    std::vector<float> out(parameters.begin(), parameters.end());
    out.push_back(trained.loss.item());
    return out;
  });
}

TEST_CASE("the same bits on one, two and three threads") {
  ModelConfig config;
  config.vocabulary = config.outputs = 70;
  config.length = 65;
  config.dim = 72;
  config.heads = 3;
  config.layers = 2;
  config.ffn = 144;
  for (const bool causal : {false, true}) {
    CAPTURE(causal);
    config.mask = causal ? Mask::causal() : Mask::none();
    const std::vector<float> one = trained_with(1, config);
    REQUIRE(std::isfinite(one.back()));
    CHECK(trained_with(2, config) == one);
    CHECK(trained_with(3, config) == one);
  }
}

TEST_CASE("every optimizer moves many parameters to the same bits on one, two and three threads") {
  for (const std::string& name : Registry<OptimizerKind>::all().names()) {
    CAPTURE(name);
    const auto moved_with = [&](int threads) {
      return with_threads(threads, [&] {
        Tape<float> tape;
        const auto w = tape.parameter("w", {1'000'003});  // three parts, and some over
        const auto loss = sum(w * w);
        Stream stream(1, 0, "test");
        std::ranges::generate(tape.parameters(), [&] { return static_cast<float>(stream.normal()); });
        Optimizer<float> optimizer(defaults(name), tape);
        for (int i = 0; i < 2; ++i) {
          tape.forward();
          tape.backward(loss);
          optimizer.step();
        }
        return std::vector<float>(tape.parameters().begin(), tape.parameters().end());
      });
    };
    const std::vector<float> one = moved_with(1);
    CHECK(one == one);  // no NaN
    CHECK(moved_with(2) == one);
    CHECK(moved_with(3) == one);
  }
}

}  // namespace
}  // namespace qklab::nn
