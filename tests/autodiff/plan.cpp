// Shared memory: buffers that live at once never overlap, and numbers stay what they were.
#include "core/autodiff/plan.hpp"

#include "core/base/error.hpp"
#include "tests/autodiff/support.hpp"

namespace qklab::autodiff {
namespace {

TEST_CASE("buffers that are needed at once never overlap, however drawn") {
  Stream stream(1, 0, "plan");
  const auto below = [&](double n) { return static_cast<std::size_t>(stream.uniform() * n); };
  for (int round = 0; round < 100; ++round) {
    std::vector<Buffer> buffers(1 + below(30));
    std::size_t together = 0;
    for (Buffer& b : buffers) {
      b.size = 1 + below(100);
      b.first = below(20);
      b.last = b.first + below(10);
      together += (b.size + 15) / 16 * 16;
    }
    const std::size_t total = place(buffers, 16);
    std::size_t busiest = 0;
    for (std::size_t step = 0; step < 30; ++step) {
      std::size_t live = 0;
      for (const Buffer& b : buffers) live += b.first <= step && step <= b.last ? b.size : 0;
      busiest = std::max(busiest, live);
    }
    CHECK(total >= busiest);
    CHECK(total <= together);
    for (const Buffer& a : buffers) {
      CHECK(a.offset % 16 == 0);
      CHECK(a.offset + a.size <= total);
      for (const Buffer& b : buffers) {
        const bool apart = a.offset + a.size <= b.offset || b.offset + b.size <= a.offset;
        CHECK((&a == &b || apart || a.last < b.first || b.last < a.first));
      }
    }
  }
}

// Tensors used more than once, aliases, values that carry no gradient, and ones that the loss does not need.
struct Graph {
  Tape<float> tape;
  Tensor<float> w = tape.parameter("w", {6, 6}), unused = tape.parameter("unused", {4, 6});
  Tensor<float> frozen = tape.parameter("frozen", {6, 6}, false), x = tape.input({4, 6}), hidden, loss;

  Graph() {
    fill_normal(tape.parameters(), Stream(1, 0, "parameters"));
    fill_normal(x.value(), Stream(1, 0, "inputs"));
    const Tensor<float> fixed = tanh(linear(x, frozen)), constant = fixed * fixed;
    hidden = linear(constant, w, {.residual = fixed});
    for (int i = 0; i < 5; ++i) {
      const Tensor<float> again = reshape(hidden, {2, 2, 6});
      hidden = layer_norm(hidden + reshape(gelu(again), {4, 6})) * hidden - linear(hidden, w, {.gelu = true});
      exp(hidden * unused);
    }
    loss = mean_squared_error(hidden, constant);
    power(hidden, 2);
  }
  std::vector<float> gradients() {
    tape.forward();
    tape.backward(loss);
    const std::span<float> g = tape.gradients();
    return {g.begin(), g.end()};
  }
};

TEST_CASE("a plan changes memory, not numbers") {
  Graph plain, planned;
  const std::vector<float> expected = plain.gradients();
  const std::size_t before = planned.tape.arena_bytes();
  planned.tape.keep(planned.hidden);
  planned.tape.plan(planned.loss);
  CHECK(planned.tape.arena_bytes() <= before * 3 / 4);
  for (int step = 0; step < 3; ++step) {
    CHECK(planned.gradients() == expected);
    CHECK(planned.loss.item() == plain.loss.item());
    CHECK(std::ranges::equal(planned.hidden.value(), plain.hidden.value()));
    CHECK(std::ranges::equal(planned.hidden.gradient(), plain.hidden.gradient()));
    CHECK(std::ranges::equal(planned.unused.gradient(), std::vector<float>(24)));
    CHECK(std::ranges::equal(planned.x.value(), plain.x.value()));
  }
}

TEST_CASE("what a plan rules out is refused") {
  Graph graph;
  const Tensor<float> other = sum(graph.hidden), square = graph.hidden * graph.hidden;
  graph.tape.plan(graph.loss);
  CHECK_THROWS_WITH_AS(square.value(),
                       "[mul] shares its memory with others under the plan: keep() it to read it", Error);
  CHECK_THROWS_AS(square.gradient(), Error);
  CHECK_THROWS_WITH_AS(graph.tape.backward(other), "[backward] the plan is for another loss", Error);
  CHECK_THROWS_WITH_AS(graph.w + graph.w, "[add] cannot be recorded after plan()", Error);
  CHECK_THROWS_WITH_AS(graph.tape.plan(graph.loss), "[plan] there is a plan already", Error);
  CHECK_THROWS_WITH_AS(graph.tape.keep(square), "[keep] comes before plan()", Error);
}

}  // namespace
}  // namespace qklab::autodiff
