// A recorded graph is replayed without allocating: operator new is counted in this program.
#include <cmath>

#include "core/base/error.hpp"
#include "tests/autodiff/support.hpp"
#include "tests/counted_new.hpp"

namespace qklab::autodiff {
namespace {

// One loss that goes through every kind of op.
Tensor<float> everything(Tape<float>& tape) {
  const Tensor<float> table = tape.parameter("table", {5, 8}), w = tape.parameter("w", {8, 8});
  const Tensor<float> gain = tape.parameter("gain", {8}), mask = tape.input({6, 6});
  std::ranges::fill(mask.value(), 1.0f);
  fill_normal(tape.parameters(), Stream(1, 0, "parameters"));
  const Indices<float> ids = tape.indices({2, 6});
  const Tensor<float> x = layer_norm(embedding(table, ids), gain, reshape(slice(w, 0, 2, 3), {8}));
  const Tensor<float> heads = transpose(reshape(matmul(x, w), {2, 6, 2, 4}), 1, 2);
  const Tensor<float> scores = matmul(heads, heads, {.transpose_b = true, .scale = 0.5});
  const Tensor<float> weights = softmax(scores, Mask::causal()) + sparsemax(scores, mask) +
                                piecewise_softmax(scores) * sigmoid(scores) - tanh(relu(scores));
  const Tensor<float> scanned = gated_scan(heads, heads, matmul(weights, heads), sigmoid(heads));
  const Tensor<float> mixed = reshape(transpose(tanh(scanned), 1, 2), {2, 6, 8});
  const Tensor<float> logits = gelu(concat<float>({mixed, x}, 2));
  const Tensor<float> size = log(affine(power(mean(exp(logits)), 2), 1, 1));
  const Tensor<float> matrix = div(trace(w) * trace_of_square(w), affine(spectral_norm(w), 1, 1));
  return cross_entropy(logits, ids) + size + matrix + power_potential(w, 3) + mean_squared_error(x, mixed);
}

TEST_CASE("forward and backward allocate nothing from the second time on") {
  Tape<float> tape;
  const Tensor<float> loss = everything(tape);
  tape.forward();
  tape.backward(loss);
  REQUIRE(std::isfinite(loss.item()));
  const std::size_t before = allocations;
  for (int step = 0; step < 3; ++step) {
    for (float& x : tape.parameters()) x *= 0.99f;
    tape.forward();
    tape.backward(loss);
  }
  CHECK(allocations - before == 0);
}

TEST_CASE("the counter counts") {
  const std::size_t before = allocations;
  Tape<float> tape;
  tape.forward();
  const Tensor<float> x = tape.input({100});
  x.value()[0] = 1;
  CHECK(allocations - before >= 2);  // a node, and its value
}

TEST_CASE("recording a million nodes allocates as vectors grow, not for each node") {
  Tape<float> tape;
  Tensor<float> y = tape.parameter("x", {});
  const std::size_t before = allocations;
  for (int i = 0; i < 1'000'000; ++i) y = affine(y, 1, 0);
  tape.forward();
  tape.backward(y);
  CHECK(allocations - before <= 100);
}

}  // namespace
}  // namespace qklab::autodiff
