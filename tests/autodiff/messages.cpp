// Wrong shapes and wrong data are refused with the op's name and what it got.
#include "core/base/error.hpp"
#include "tests/autodiff/support.hpp"

namespace qklab::autodiff {
namespace {

std::string message_of(auto work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

struct Fixture {
  Tape<float> tape;
  Tensor<float> scalar = tape.input({}), v4 = tape.input({4}), m34 = tape.input({3, 4}),
                m56 = tape.input({5, 6});
  Tensor<float> b234 = tape.input({2, 3, 4}), b545 = tape.input({5, 4, 5});
};

TEST_CASE_FIXTURE(Fixture, "elementwise ops") {
  CHECK(message_of([&] { add(m34, m56); }) ==
        "[add] got (3,4) x (5,6): the second must be the last axes of the first");
  CHECK(message_of([&] { sub(v4, m34); }).starts_with("[sub] got (4) x (3,4): "));
  CHECK(message_of([&] { mul(b234, tape.input({2, 3})); }).starts_with("[mul] got (2,3,4) x (2,3): "));
  CHECK(message_of([&] { div(scalar, v4); }).starts_with("[div] got () x (4): "));
}

TEST_CASE_FIXTURE(Fixture, "matmul") {
  CHECK(message_of([&] { matmul(m34, m56); }) == "[matmul] got (3,4) x (5,6): inner extents 4 and 5 differ");
  CHECK(message_of([&] { matmul(m34, m34, {.transpose_a = true, .transpose_b = true}); }) ==
        "[matmul] got (3,4) x (3,4): inner extents 3 and 4 differ");
  CHECK(message_of([&] { matmul(b234, b545); }) == "[matmul] got (2,3,4) x (5,4,5): the leading axes differ");
  CHECK(message_of([&] { matmul(v4, m34); }) == "[matmul] got (4) x (3,4): both need two axes or more");
}

TEST_CASE_FIXTURE(Fixture, "fused ops") {
  CHECK(message_of([&] { linear(m34, m56); }) ==
        "[linear] got (3,4) x (5,6): needs a weight (out, in), in as long as the last axis");
  CHECK(message_of([&] { linear(m34, m34, {.bias = v4}); }) ==
        "[linear] got (3,4) x (4): the bias is as long as the output");
  CHECK(message_of([&] { linear(m34, m34, {.residual = m34}); }) ==
        "[linear] got (3,3) x (3,4): the residual's shape differs");
  CHECK(message_of([&] { linear(v4, m34, {.residual = tape.input({3}), .gelu = true}); }) ==
        "[linear] got (3): takes either GELU or a residual");
  CHECK(message_of([&] { attend(b234, {.heads = 1}); }) ==
        "[attend] got (2,3,4): needs q of 1 heads, k and v of 1 groups of them side by side");
}

TEST_CASE_FIXTURE(Fixture, "attention weights and layer norm") {
  CHECK(message_of([&] { softmax(scalar); }) == "[softmax] got (): needs an axis");
  CHECK(message_of([&] { sparsemax(m34, Mask::causal()); }) ==
        "[sparsemax] got (3,4): causal scores are square in the last two axes");
  CHECK(message_of([&] { piecewise_softmax(m34, m56); }) ==
        "[piecewise_softmax] got (3,4) x (5,6): the mask must be the last axes of the scores");
  CHECK(message_of([&] { layer_norm(m34, v4, m34); }) ==
        "[layer_norm] got (3,4) x (4) x (3,4): gain and bias are as long as the last axis");
}

TEST_CASE_FIXTURE(Fixture, "gated scan") {
  const auto scan = [&](Shape q, Shape k, Shape v, Shape gate) {
    return message_of([&] { gated_scan(tape.input(q), tape.input(k), tape.input(v), tape.input(gate)); });
  };
  CHECK(scan({3, 4}, {4, 4}, {3, 4}, {3, 1}) ==
        "[gated_scan] got (3,4) x (4,4) x (3,4) x (3,1): queries and keys need equal (..., T, M)");
  CHECK(scan({4}, {4}, {4}, {4}).ends_with("queries and keys need equal (..., T, M)"));
  CHECK(scan({3, 4}, {3, 4}, {2, 4}, {3, 1}).ends_with("values need the keys' shape but for the last axis"));
  CHECK(scan({3, 4}, {3, 4}, {3, 2}, {3, 2}).ends_with("gates need the keys' shape, or 1 as last axis"));
}

TEST_CASE_FIXTURE(Fixture, "layout") {
  CHECK(message_of([&] { reshape(m34, {5}); }) == "[reshape] got (3,4) x (5): the sizes differ");
  CHECK(message_of([&] { transpose(m34, 0, 2); }) == "[transpose] got (3,4): cannot swap axes 0 and 2");
  CHECK(message_of([&] { transpose(m34, 1, 1); }) == "[transpose] got (3,4): cannot swap axes 1 and 1");
  CHECK(message_of([&] { slice(m34, 1, 2, 5); }) == "[slice] got (3,4): has no 2 .. 4 along axis 1");
  CHECK(message_of([&] { slice(m34, 0, 1, 1); }).starts_with("[slice] got (3,4): "));
  CHECK(message_of([&] {
          concat<float>({m34, m56}, 1);
        }) == "[concat] got (3,4) x (5,6): may differ in axis 1 only");
  CHECK(message_of([&] { concat<float>({}, 0); }).starts_with("[concat] "));
}

TEST_CASE_FIXTURE(Fixture, "embedding and losses") {
  const Indices<float> ids = tape.indices({3});
  CHECK(message_of([&] { embedding(v4, ids); }).starts_with("[embedding] got (4) x (3): "));
  CHECK(message_of([&] { mean_squared_error(m34, v4); }) ==
        "[mean_squared_error] got (3,4) x (4): the shapes differ");
  CHECK(message_of([&] { cross_entropy(b234, ids); }) ==
        "[cross_entropy] got (2,3,4) x (3): needs a target for each row of logits");
}

TEST_CASE_FIXTURE(Fixture, "scalars of matrices") {
  CHECK(message_of([&] { trace(m34); }) == "[trace] got (3,4): needs square matrices");
  CHECK(message_of([&] { trace_of_square(v4); }) == "[trace_of_square] got (4): needs square matrices");
  CHECK(message_of([&] { spectral_norm(b234); }).starts_with("[spectral_norm] got (2,3,4): "));
  CHECK(message_of([&] { power_potential(m34, 1); }) == "[power_potential] got (3,4): needs p > 1");
}

TEST_CASE("ids and targets out of range are found when they are used") {
  Tape<float> tape;
  const Tensor<float> table = tape.parameter("table", {5, 2});
  const Indices<float> ids = tape.indices({3});
  cross_entropy(embedding(table, ids), ids);
  const auto message = [&](std::vector<std::int32_t> values) {
    std::ranges::copy(values, ids.value().begin());
    return message_of([&] { tape.forward(); });
  };
  CHECK(message({0, 1, 5}) == "[embedding] id 5 at 2 is outside 0 .. 4");
  CHECK(message({0, -1, 1}) == "[embedding] id -1 at 1 is outside 0 .. 4");
  CHECK(message({0, 4, 1}) == "[cross_entropy] target 4 at 1 is outside 0 .. 1");
  CHECK(message({0, 0, 1}) == "nothing was thrown");
}

TEST_CASE("a batch whose targets are all ignored has no loss") {
  Tape<float> tape;
  const Indices<float> targets = tape.indices({2});
  std::ranges::fill(targets.value(), ignored_target);
  cross_entropy(tape.input({2, 3}), targets);
  CHECK(message_of([&] { tape.forward(); }) == "[cross_entropy] every target is ignored");
}

}  // namespace
}  // namespace qklab::autodiff
