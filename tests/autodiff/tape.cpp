// Recording, replay and the backward walk.
#include "core/autodiff/tape.hpp"

#include "core/base/error.hpp"
#include "tests/autodiff/support.hpp"

namespace qklab::autodiff {
namespace {

TEST_CASE("a node is small") { CHECK(sizeof(Node<float>) <= 128); }

TEST_CASE("a value used twice is walked once: 60 squarings") {
  Tape<double> tape;
  const Tensor<double> x = tape.parameter("x", {});
  x.value()[0] = 1;
  Tensor<double> y = x;
  for (int i = 0; i < 60; ++i) y = y * y;
  CHECK(tape.size() == 61);
  tape.forward();
  tape.backward(y);
  CHECK(x.gradient()[0] == std::ldexp(1.0, 60));
}

TEST_CASE("a chain of a million nodes") {
  Tape<float> tape;
  const Tensor<float> x = tape.parameter("x", {});
  Tensor<float> y = x;
  for (int i = 0; i < 1'000'000; ++i) y = affine(y, i % 2 == 0 ? 2.0 : 0.5, 0);
  tape.forward();
  tape.backward(y);
  CHECK(tape.size() == 1'000'001);
  CHECK(x.gradient()[0] == 1);
}

TEST_CASE("an op is one node, whatever the size") {
  Tape<float> tape;
  const Tensor<float> x = tape.input({8, 16, 4}), w = tape.parameter("w", {4, 4});
  const std::size_t before = tape.size();
  const Tensor<float> scores = matmul(matmul(x, w), x, {.transpose_b = true, .scale = 0.5});
  softmax(scores, Mask::causal());
  CHECK(tape.size() == before + 3);
}

TEST_CASE("replay follows overwritten leaves, and gradients are written anew") {
  Tape<double> tape;
  const Tensor<double> x = tape.input({3}), w = tape.parameter("w", {3});
  const Tensor<double> loss = sum(x * w * w);
  for (const double a : {1.0, -2.0, 5.0}) {
    for (const double b : {3.0, 0.5}) {
      std::ranges::fill(x.value(), a);
      std::ranges::fill(w.value(), b);
      tape.forward();
      tape.backward(loss);
      CHECK(loss.item() == 3 * a * b * b);
      for (const double g : w.gradient()) CHECK(g == 2 * a * b);
    }
  }
}

TEST_CASE("several losses on one tape, each with its own gradients") {
  Tape<double> tape;
  const Tensor<double> a = tape.parameter("a", {2}), b = tape.parameter("b", {3});
  std::ranges::fill(tape.parameters(), 1.0);
  const Tensor<double> first = sum(a), second = scale(sum(b * b), 2);
  tape.forward();
  tape.backward(first);
  CHECK(std::ranges::equal(tape.gradients(), std::vector<double>{1, 1, 0, 0, 0}));
  CHECK(second.gradient()[0] == 0);
  tape.backward(second);
  CHECK(std::ranges::equal(tape.gradients(), std::vector<double>{0, 0, 4, 4, 4}));
  CHECK(first.gradient()[0] == 0);
}

int calls = 0;
void copy_forward(const Call<double>& c) { std::copy_n(c.in(0), c.size(), c.out()); }
void count_backward(const Call<double>& c) {
  ++calls;
  for (std::size_t i = 0; i < c.size(); ++i) c.in_gradient(0)[i] += c.out_gradient()[i];
}
Tensor<double> counted(Tensor<double> x) {
  static constexpr Rule<double> rule{"counted", copy_forward, count_backward};
  return x.tape->record(rule, {x}, x.shape());
}

TEST_CASE("only nodes between a trainable parameter and the loss are walked backward") {
  Tape<double> tape;
  const Tensor<double> x = tape.input({2}), frozen = tape.parameter("frozen", {2}, false);
  const Tensor<double> w = tape.parameter("w", {2});
  const Tensor<double> aside = sum(counted(w));
  const Tensor<double> loss = sum(counted(x) + counted(frozen) + counted(w));
  std::ranges::fill(tape.parameters(), 1.0);
  tape.forward();
  calls = 0;
  tape.backward(loss);
  CHECK(calls == 1);
  CHECK(counted(x).gradient().empty());
  CHECK(frozen.gradient().empty());
  CHECK(std::ranges::equal(tape.gradients(), std::vector<double>{0, 0, 1, 1}));
  CHECK(aside.gradient()[0] == 0);
}

TEST_CASE("a loss that depends on no parameter leaves zero gradients") {
  Tape<double> tape;
  const Tensor<double> w = tape.parameter("w", {2});
  const Tensor<double> one = sum(w), other = sum(tape.input({3}));
  tape.forward();
  tape.backward(one);
  tape.backward(other);
  CHECK(std::ranges::equal(w.gradient(), std::vector<double>{0, 0}));
}

TEST_CASE("a reshape shares memory and gradients with its operand, in any order of use") {
  Tape<double> tape;
  const Tensor<double> w = tape.parameter("w", {2, 3});
  const Tensor<double> flat = reshape(w, {6});
  const Tensor<double> late = sum(w * w);
  const Tensor<double> loss = sum(flat * flat) + late;
  fill_normal(w.value(), Stream(3, 0, "w"));
  tape.forward();
  tape.backward(loss);
  CHECK(flat.value().data() == w.value().data());
  for (std::size_t i = 0; i < 6; ++i) {
    CHECK(w.gradient()[i] == 4 * w.value()[i]);
    CHECK(flat.gradient()[i] == w.gradient()[i]);
  }
}

TEST_CASE("parameters lie end to end in the order of declaration") {
  Tape<float> tape;
  const Tensor<float> a = tape.parameter("a", {3});
  const Tensor<float> b = tape.parameter("b", {2, 2}, false);
  std::ranges::fill(a.value(), 1.0f);
  std::ranges::fill(b.value(), 2.0f);
  CHECK(std::ranges::equal(tape.parameters(), std::vector<float>{1, 1, 1, 2, 2, 2, 2}));
  REQUIRE(tape.blocks().size() == 2);
  CHECK(tape.blocks()[1].name == "b");
  CHECK(tape.blocks()[1].offset == 3);
  CHECK(tape.blocks()[1].size == 4);
  CHECK_FALSE(tape.blocks()[1].trainable);
}

TEST_CASE("tensors of a cache line or more start at one, scalars lie close") {
  Tape<float> tape;
  const Tensor<float> a = tape.input({}), b = tape.input({}), large = tape.input({40});
  CHECK(b.value().data() == a.value().data() + 1);
  CHECK(reinterpret_cast<std::uintptr_t>(large.value().data()) % cache_line == 0);
}

TEST_CASE("values written while recording survive what is recorded later") {
  Tape<float> tape;
  const Tensor<float> x = tape.input({5});
  std::ranges::fill(x.value(), 3.0f);
  Tensor<float> y = x;
  for (int i = 0; i < 1000; ++i) y = affine(y, 1, 1);
  tape.forward();
  for (const float value : y.value()) CHECK(value == 1003.0f);
}

TEST_CASE("repeating a step gives the same bits") {
  Tape<float> tape;
  const Tensor<float> x = tape.input({3, 17}), w = tape.parameter("w", {17, 17});
  fill_normal(x.value(), Stream(1, 0, "x"));
  fill_normal(w.value(), Stream(2, 0, "w"));
  const Tensor<float> loss = weighted_sum(softmax(layer_norm(matmul(gelu(matmul(x, w)), w))));
  tape.forward();
  tape.backward(loss);
  const std::vector<float> first(tape.gradients().begin(), tape.gradients().end());
  tape.forward();
  tape.backward(loss);
  CHECK(std::ranges::equal(first, tape.gradients()));
}

TEST_CASE("what cannot be recorded or differentiated") {
  Tape<double> tape, other;
  const Tensor<double> x = tape.parameter("x", {2});
  CHECK_THROWS_WITH_AS(add(x, other.input({2})), "[add] operands are of different tapes", Error);
  CHECK_THROWS_WITH_AS(tape.backward(other.input({})), "[backward] the loss is of a different tape", Error);
  CHECK_THROWS_WITH_AS(tape.backward(x), "[backward] got (2): a loss is a single number", Error);
  CHECK_THROWS_WITH_AS(tape.constant({2}, std::vector<double>{1}),
                       "[constant] got (2): needs 2 values, not 1", Error);
  CHECK_THROWS_WITH_AS(tape.input({3, 0}), "[shape] got (3,0): needs up to 4 extents, each at least 1",
                       Error);
  CHECK_THROWS_AS(tape.input({1, 1, 1, 1, 1}), Error);
}

}  // namespace
}  // namespace qklab::autodiff
