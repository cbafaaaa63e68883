// What is reported of a model, against cases worked out by hand.
#include "core/nn/diagnose.hpp"

#include "core/base/error.hpp"
#include "core/nn/parameters.hpp"
#include "tests/nn/support.hpp"

namespace qklab::nn {
namespace {

// Tokens 0 and 1 are embedded as x and -x.
TEST_CASE("the residual of what the first layer gets") {
  ModelConfig config = small();
  config.positions = "none";
  Trained<double> trained(config, 1, Use::reading);
  const auto table = parameter_named(trained.tape, "embedding.weight").value();
  for (std::size_t i = 0; i < 6; ++i) table[6 + i] = -table[i];
  const auto residual = [&](std::vector<std::int32_t> tokens) {
    std::ranges::copy(tokens, trained.model.tokens.value().begin());
    trained.tape.forward();
    return diagnose(trained.model).residual;
  };
  CHECK(residual({0, 0, 0, 0}) <= 1e-15);
  CHECK(residual({0, 1, 1, 0}) == doctest::Approx(1));                // mean 0
  CHECK(residual({0, 0, 0, 1}) == doctest::Approx(std::sqrt(0.75)));  // mean x / 2
}

// With W_q = 0 all scores are equal.
double equal_scores_entropy(const char* kind, bool causal) {
  ModelConfig config = small(kind);
  config.mask = causal ? Mask::causal() : Mask::none();
  Trained<double> trained(config, 2, Use::reading);
  for (int n = 0; n < config.layers; ++n)
    std::ranges::fill(parameter_named(trained.tape, fmt::format("blocks.{}.attn.q.weight", n)).value(), 0.0);
  trained.tape.forward();
  return diagnose(trained.model).layers[1].heads[1].entropy.value();
}

TEST_CASE("equal scores have the largest entropy") {
  for (const char* kind : {"softmax", "sparsemax", "piecewise", "sigmoid", "uniform"}) {
    CHECK(equal_scores_entropy(kind, false) == doctest::Approx(std::log(4)));
    CHECK(equal_scores_entropy(kind, true) ==
          doctest::Approx((std::log(1) + std::log(2) + std::log(3) + std::log(4)) / 4));
  }
}

TEST_CASE("scores far apart have entropy 0") {
  ModelConfig config = small();
  config.norm = "none";
  Trained<double> trained(config, 2, Use::reading);
  for (double& w : parameter_named(trained.tape, "blocks.0.attn.q.weight").value()) w *= 1e6;
  trained.tape.forward();
  const ModelReport report = diagnose(trained.model);
  for (const HeadReport& head : report.layers[0].heads) CHECK(head.entropy.value() <= 1e-6);
}

TEST_CASE("attention whose weights can be negative has no entropy") {
  Trained<double> linear(small("linear"), 2, Use::reading);
  linear.tape.forward();
  CHECK_FALSE(diagnose(linear.model).layers[0].heads[0].entropy.has_value());
  Trained<double> gated(small("gated_linear"), 2, Use::training);
  gated.tape.forward();
  CHECK_FALSE(diagnose(gated.model).layers[0].heads[0].entropy.has_value());
}

TEST_CASE("without embedding differences tokens are one, and stay so") {
  ModelConfig config = small();
  config.positions = "none";
  Trained<double> trained(config, 2, Use::reading);
  std::ranges::fill(trained.model.tokens.value(), 3);
  trained.tape.forward();
  const ModelReport report = diagnose(trained.model);
  CHECK(report.residual <= 1e-15);
  REQUIRE(report.layers.size() == 2);
  CHECK(report.layers[1].residual <= 1e-12);
}

TEST_CASE("a model recorded for training cannot be read, but computes the same") {
  Trained<float> training(small()), reading(small(), 2, Use::reading);
  training.tape.forward();
  reading.tape.forward();
  CHECK_THROWS_AS(diagnose(training.model), Error);
  CHECK(std::abs(training.loss.item() - reading.loss.item()) <= 1e-6f);
}

}  // namespace
}  // namespace qklab::nn
