// Bad configs are refused with messages that say what to change, all of them at once.
#include "core/nn/config.hpp"

#include "core/base/error.hpp"
#include "core/nn/optimizers/optimizer.hpp"
#include "core/nn/regularizers/regularizer.hpp"
#include "tests/nn/support.hpp"

namespace qklab::nn {
namespace {

using Messages = std::vector<std::string>;

Messages after(auto change) {
  ModelConfig config = small();
  change(config);
  return problems(config);
}

TEST_CASE("a good config has no problem") {
  CHECK(after([](ModelConfig&) {}).empty());
}

TEST_CASE("shapes") {
  CHECK(after([](auto& c) { c.heads = 4; }) ==
        Messages{"dim 6 cannot be shared by 4 heads: make dim a multiple of heads"});
  CHECK(after([](auto& c) { c.length = 0; }) == Messages{"length is 0: set it to 1 or more"});
  CHECK(after([](auto& c) { c.max_length = 3; }) ==
        Messages{"length 4 is longer than the table of 3 positions: raise max_length or lower length"});
  CHECK(after([](auto& c) { c.features = 2; }) ==
        Messages{"vocabulary is 5 and features is 2: set vocabulary for token inputs or features for vector "
                 "inputs, and leave the other 0"});
  CHECK(after([](auto& c) { c.vocabulary = 0; }).size() == 1);
  CHECK(after([](auto& c) { c.outputs = c.dim = c.heads = 0, c.layers = c.ffn = -1; }) ==
        Messages{"outputs is 0: set it to 1 or more", "dim is 0: set it to 1 or more",
                 "heads is 0: set it to 1 or more", "layers is -1: set it to 0 or more",
                 "ffn is -1: set it to 0 or more"});
}

TEST_CASE("combinations that do not exist") {
  CHECK(after([](auto& c) { c.residual_scale = 0; }).size() == 1);
  CHECK(after([](auto& c) { c.residual_scale = std::nan(""); }).size() == 1);
  CHECK(after([](auto& c) { c.attention = "gated_linear", c.mask = Mask::none(); }) ==
        Messages{"gated linear attention runs along the sequence: set causal to true"});
  CHECK(after([](auto& c) { c.attention = "gated_linear", c.combined = true; }).size() == 1);
  CHECK(after([](auto& c) {
          c.attention = "gated_linear", c.reparametrization = Reparametrization::tame;
        }).size() == 1);
}

TEST_CASE("a model of a bad config is not built") {
  ModelConfig config = small();
  config.heads = 4;
  config.length = 0;
  Tape<float> tape;
  CHECK_THROWS_WITH_AS(Transformer<float>(tape, config, 1),
                       "length is 0: set it to 1 or more\n"
                       "dim 6 cannot be shared by 4 heads: make dim a multiple of heads",
                       InputError);
  CHECK_THROWS_WITH_AS(Transformer<float>(tape, small(), 0), "batch is 0: set it to 1 or more", InputError);
  CHECK(tape.size() == 0);
}

TEST_CASE("optimizers") {
  const auto of = [](OptimizerConfig config) { return problems(config); };
  CHECK(of({}).empty());
  CHECK(of({.rate = -0.1}) == Messages{"learning rate is -0.1: set it to a number of 0 or more"});
  CHECK(of({.rate = std::nan("")}).size() == 1);
  CHECK(of({.rate = INFINITY}).size() == 1);
  CHECK(of({.momentum = 1}) == Messages{"momentum is 1: set it to 0 or more and below 1"});
  CHECK(of({.beta1 = -1, .beta2 = 2, .epsilon = -1, .weight_decay = -1, .power = 1, .clip = -1}).size() == 6);
  Tape<float> tape;
  CHECK_THROWS_AS(Optimizer<float>({.rate = -1}, tape), InputError);
}

TEST_CASE("regularizers") {
  CHECK(problems(RegularizerConfig{.strength = -1}) ==
        Messages{"strength is -1: set it to a number of 0 or more"});
  ModelConfig config = small();
  config.reparametrization = Reparametrization::sigma;
  Tape<float> tape;
  Transformer<float> model(tape, config, 1);
  CHECK_THROWS_AS(Regularizer<float>(model, {.kind = "locater"}), InputError);
  CHECK_THROWS_AS(Regularizer<float>(model, {.strength = std::nan("")}), InputError);
}

}  // namespace
}  // namespace qklab::nn
