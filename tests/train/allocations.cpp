// A training step of the trainer, its batch included, allocates nothing from the second one on.
#include <doctest/doctest.h>

#include "tests/counted_new.hpp"
#include "tests/train/support.hpp"

using namespace qklab;
using namespace qklab::train;

TEST_CASE("batch, gradients and update") {
  Run run;
  const auto step = [&run](std::uint64_t k) {
    run.trainer.gradients(k);
    run.trainer.update(k);
  };
  step(0);
  const std::size_t before = allocations;
  CHECK(before > 0);
  for (std::uint64_t k = 1; k < 4; ++k) step(k);
  CHECK(allocations - before == 0);
}
