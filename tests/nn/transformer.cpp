// Names, shapes and gradients of whole models.
#include "core/nn/transformer.hpp"

#include "core/autodiff/gradcheck.hpp"
#include "core/nn/optimizer.hpp"
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
  c.norm = Norm::none;
  c.positions = Positions::none;
  CHECK(names(c) == std::vector<std::string>{"embedding.weight (6,3)", "blocks.0.attn.qk.weight (12,6)",
                                             "blocks.0.attn.v.weight (6,6)", "blocks.0.attn.o.weight (6,6)",
                                             "head.weight (5,6)"});
}

// Central differences of the whole loss. `kinked`: sparsemax and the piecewise form have corners, near which
// a difference is none of a derivative; the drawn parameters keep clear of them.
void check_gradients(const ModelConfig& config) {
  Trained<double> trained(config);
  const autodiff::GradcheckReport report = autodiff::gradcheck(trained.tape, trained.loss);
  CAPTURE(report.where);
  CHECK(report.ok);
  CHECK(report.error <= 1e-6);
}

TEST_CASE("gradients of whole models") {
  using enum AttentionKind;
  for (const AttentionKind kind : {softmax, sparsemax, piecewise, sigmoid, linear, gated_linear}) {
    for (const Norm norm : {Norm::none, Norm::pre, Norm::post}) {
      CAPTURE(static_cast<int>(kind));
      CAPTURE(static_cast<int>(norm));
      check_gradients(small(kind, norm));
    }
  }
}

}  // namespace
}  // namespace qklab::nn
