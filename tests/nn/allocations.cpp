// A training step allocates nothing and records nothing from the second one on: operator new is counted in
// this program.

#include "core/nn/optimizers/optimizer.hpp"
#include "core/nn/regularizers/regularizer.hpp"
#include "tests/counted_new.hpp"
#include "tests/nn/support.hpp"

namespace qklab::nn {
namespace {

void check_steps(const ModelConfig& config, const RegularizerConfig& how) {
  Trained<float> trained(config);
  Regularizer<float> regularizer(trained.model, how);
  trained.loss = regularizer.add_to(trained.loss);
  Optimizer<float> optimizer(defaults("adamw"), trained.tape);
  regularizer.begin();
  const auto step = [&] {
    trained.step();
    optimizer.step();
    regularizer.after_update();
  };
  step();
  const std::size_t before = allocations, nodes = trained.tape.size();
  for (int i = 0; i < 3; ++i) step();
  CHECK(allocations - before == 0);
  CHECK(trained.tape.size() == nodes);
}

TEST_CASE("every kind of attention") {
  for (const char* kind :
       {"softmax", "sparsemax", "piecewise", "sigmoid", "linear", "uniform", "gated_linear"}) {
    CAPTURE(kind);
    check_steps(small(kind), {});
  }
}

TEST_CASE("every regularizer") {
  for (const char* kind : {"locater", "sigma_reparam", "tame"}) {
    for (const TraceKeep keep : {TraceKeep::init, TraceKeep::penalty}) {
      const RegularizerConfig how{.kind = kind, .strength = 0.1, .keep = keep};
      ModelConfig config = small();
      OptimizerConfig unused;
      configure(how, config, unused);
      check_steps(config, how);
    }
  }
}

TEST_CASE("the number of nodes does not depend on batch, length or width") {
  const auto nodes = [](int batch, int length, int dim) {
    ModelConfig config = small();
    config.length = length;
    config.dim = dim;
    return Trained<float>(config, batch).tape.size();
  };
  CHECK(nodes(1, 4, 2) == nodes(5, 9, 16));
  CHECK(nodes(6, 4, 2) == nodes(7, 9, 16));  // more sequences than symbols: two more, for their table
}

TEST_CASE("the counter counts") {
  const std::size_t before = allocations;
  const Trained<float> trained(small());
  CHECK(allocations > before);
}

}  // namespace
}  // namespace qklab::nn
