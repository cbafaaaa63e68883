// Names, shapes and gradients of whole models.
#include "core/nn/transformer.hpp"

#include "core/autodiff/gradcheck.hpp"
#include "core/nn/optimizers/optimizer.hpp"
#include "tests/nn/support.hpp"

namespace qklab::nn {
namespace {

std::vector<std::string> names(const ModelConfig& config) {
  Tape<float> tape;
  const Transformer<float> model(tape, config, 1);
  std::vector<std::string> out;
  for (const auto& block : tape.blocks()) out.push_back(block.name + " " + block.tensor.shape().text());
  return out;
}

TEST_CASE("parameters are named and shaped as PyTorch's") {
  ModelConfig c = small();
  c.layers = 1;
  CHECK(names(c) == std::vector<std::string>{"embedding.weight (5,6)", "position.weight (4,6)",
                                             "blocks.0.ln1.weight (6)", "blocks.0.ln1.bias (6)",
                                             "blocks.0.attn.q.weight (6,6)", "blocks.0.attn.k.weight (6,6)",
                                             "blocks.0.attn.v.weight (6,6)", "blocks.0.attn.o.weight (6,6)",
                                             "blocks.0.ln2.weight (6)", "blocks.0.ln2.bias (6)",
                                             "blocks.0.mlp.fc1.weight (7,6)", "blocks.0.mlp.fc1.bias (7)",
                                             "blocks.0.mlp.fc2.weight (6,7)", "blocks.0.mlp.fc2.bias (6)",
                                             "ln.weight (6)", "ln.bias (6)", "head.weight (5,6)"});
  c.vocabulary = 0;
  c.features = 3;
  c.combined = true;
  c.ffn = 0;
  c.norm = "none";
  c.positions = "none";
  CHECK(names(c) == std::vector<std::string>{"embedding.weight (6,3)", "blocks.0.attn.qk.weight (12,6)",
                                             "blocks.0.attn.v.weight (6,6)", "blocks.0.attn.o.weight (6,6)",
                                             "head.weight (5,6)"});
}

// Where sequences outnumber symbols, the first block maps a table of symbols and positions. A product over
// such a row is the product over the token's.
TEST_CASE("a table of tokens changes no bit of the output, and gradients by rounding only") {
  for (const char* norm : {"none", "pre", "post"}) {
    ModelConfig config = small("softmax", norm);
    Trained<float> few(config, config.vocabulary), many(config, 3 * config.vocabulary);
    std::ranges::copy(few.tape.parameters(), many.tape.parameters().begin());
    for (std::size_t copy = 0; copy < 3; ++copy) {
      const std::size_t n = few.targets.value().size();
      std::ranges::copy(few.model.tokens.value(), many.model.tokens.value().subspan(copy * n, n).begin());
      std::ranges::copy(few.targets.value(), many.targets.value().subspan(copy * n, n).begin());
    }
    few.step();
    many.step();
    const auto once = few.model.output.value(), thrice = many.model.output.value();
    for (std::size_t i = 0; i < thrice.size(); ++i) REQUIRE(thrice[i] == once[i % once.size()]);
    const auto a = few.tape.gradients(), b = many.tape.gradients();
    REQUIRE(a.size() == b.size());
    for (std::size_t i = 0; i < a.size(); ++i) CHECK(std::abs(a[i] - b[i]) <= 1e-6f + 1e-4f * std::abs(a[i]));
  }
}

// Central differences of the whole loss. Sparsemax and the piecewise form have corners, across which a
// difference is not the derivative; the parameters drawn keep clear of them.
void check_gradients(const ModelConfig& config) {
  Trained<double> trained(config);
  const autodiff::GradcheckReport report = autodiff::gradcheck(trained.tape, trained.loss);
  CAPTURE(report.where);
  CHECK(report.ok);
  CHECK(report.error <= 1e-6);
}

TEST_CASE("gradients where the first block maps a table") {
  for (const char* norm : {"none", "pre", "post"}) {
    Trained<double> trained(small("softmax", norm), 6);
    const autodiff::GradcheckReport report = autodiff::gradcheck(trained.tape, trained.loss);
    CAPTURE(report.where);
    CHECK(report.ok);
    CHECK(report.error <= 1e-6);
  }
}

TEST_CASE("gradients of whole models") {
  for (const char* kind :
       {"softmax", "sparsemax", "piecewise", "sigmoid", "linear", "uniform", "gated_linear"}) {
    for (const char* norm : {"none", "pre", "post"}) {
      CAPTURE(kind);
      CAPTURE(norm);
      check_gradients(small(kind, norm));
    }
  }
}

TEST_CASE("gradients of vector inputs, combined matrices, one head, one token, a batch of 1") {
  ModelConfig c = small();
  c.vocabulary = 0;
  c.features = 3;
  c.combined = true;
  c.heads = 1;
  check_gradients(c);
  c.skip = false;
  c.norm = "post";
  check_gradients(c);
  c.length = 1;
  check_gradients(c);
  c.gate = Gate::vector;
  c.attention = "gated_linear";
  c.combined = false;
  c.length = 5;
  c.residual_scale = 0.5;
  c.skip = true;
  check_gradients(c);
}

// Outputs (batch, length, outputs) for given tokens.
std::vector<double> outputs(Trained<double>& trained, const std::vector<std::int32_t>& tokens) {
  std::ranges::copy(tokens, trained.model.tokens.value().begin());
  trained.tape.forward();
  const auto y = trained.model.output.value();
  return {y.begin(), y.end()};
}

double distance(std::span<const double> a, std::span<const double> b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!(std::abs(a[i] - b[i]) <= largest)) largest = std::abs(a[i] - b[i]);
  }
  return largest;
}

TEST_CASE("causal models do not see later tokens, others do") {
  for (const char* kind :
       {"softmax", "sparsemax", "piecewise", "sigmoid", "linear", "uniform", "gated_linear"}) {
    for (const bool causal : {true, false}) {
      if (std::string_view(kind) == "gated_linear" && !causal) continue;
      CAPTURE(kind);
      ModelConfig config = small(kind);
      config.mask = causal ? Mask::causal() : Mask::none();
      Trained<double> trained(config, 1);
      const auto a = outputs(trained, {1, 2, 3, 4}), b = outputs(trained, {1, 2, 0, 4});
      const std::span first(a), second(b);
      const double earlier = distance(first.first(10), second.first(10));
      CHECK((causal ? earlier == 0 : earlier >= 1e-6));
      CHECK(distance(first.subspan(15), second.subspan(15)) >= 1e-9);  // the last token sees all
    }
  }
}

TEST_CASE("uniform attention has equal weights whatever queries and keys are, and these get no gradient") {
  ModelConfig config = small("uniform");
  config.mask = Mask::causal();
  Trained<double> trained(config, 1);
  trained.tape.forward();
  trained.tape.backward(trained.loss);
  std::size_t blocks = 0;
  for (const auto& block : trained.tape.blocks()) {
    if (!block.name.ends_with("attn.q.weight") && !block.name.ends_with("attn.k.weight")) continue;
    ++blocks;
    for (const double g : trained.tape.gradients().subspan(block.offset, block.size)) CHECK(g == 0);
  }
  CHECK(blocks == 2 * static_cast<std::size_t>(config.layers));
  autodiff::Tape<double> tape;
  Transformer<double> model(tape, config, 1, Use::reading);
  initialize(model, {}, Stream(1, 0, "test"));
  tape.forward();
  const int length = config.length;
  for (const auto& layer : model.layers) {
    const auto weights = layer.attention.weights.value();
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const std::size_t t = i / length % length, s = i % length;
      CHECK(weights[i] == doctest::Approx(s <= t ? 1.0 / static_cast<double>(t + 1) : 0));
    }
  }
}

TEST_CASE("without positions and mask, order does not matter") {
  for (const char* kind : {"softmax", "sparsemax", "piecewise", "sigmoid", "linear", "uniform"}) {
    ModelConfig config = small(kind);
    config.mask = Mask::none();
    config.positions = "none";
    Trained<double> trained(config, 1);
    const auto a = outputs(trained, {1, 2, 3, 4}), b = outputs(trained, {4, 2, 3, 1});
    const std::span first(a), second(b);
    CHECK(distance(first.first(5), second.last(5)) <= 1e-12);
    CHECK(distance(first.subspan(5, 10), second.subspan(5, 10)) <= 1e-12);
  }
}

TEST_CASE("sequences of a batch do not see each other") {
  Trained<double> one(small(), 1), two(small(), 2);
  const auto alone = outputs(one, {1, 2, 3, 4}), both = outputs(two, {0, 0, 1, 1, 1, 2, 3, 4});
  CHECK(distance(alone, std::span(both).last(20)) <= 1e-14);
}

TEST_CASE("a shorter sequence uses the first positions of a longer table") {
  ModelConfig config = small();
  Trained<double> whole(config, 1);
  config.length = 3;
  config.max_length = 4;
  Trained<double> part(config, 1);
  CHECK(part.tape.parameters().size() == whole.tape.parameters().size());
  std::ranges::copy(whole.tape.parameters(), part.tape.parameters().begin());
  const auto a = outputs(whole, {1, 2, 3, 4}), b = outputs(part, {1, 2, 3});
  CHECK(distance(std::span(a).first(15), b) <= 1e-14);
}

}  // namespace
}  // namespace qklab::nn
