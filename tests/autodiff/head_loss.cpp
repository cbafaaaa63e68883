// Head and cross-entropy in one op against the two that it stands for, which are its reference.
#include "core/autodiff/ops/head_loss.hpp"

#include "core/base/error.hpp"
#include "tests/autodiff/support.hpp"

namespace qklab::autodiff {
namespace {

struct Setting {
  int rows = 5, dim = 3, classes = 7;
  bool bias = false, tied = false;
  double smoothing = 0;
  int held = 0;         // rows of logits
  bool shared = false;  // other parts of the objective read the same tensors
};

// A head of tokens x. `apart`: by two ops.
template <class T> struct Headed {
  Tape<T> tape;
  Tensor<T> x, w, bias, loss, right, objective;
  Indices<T> targets;

  Headed(const Setting& s, bool apart, bool learns = true) : tape(learns) {
    x = tape.parameter("x", {s.rows, s.dim});
    w = tape.parameter("w", {s.classes, s.dim});
    if (s.bias) bias = tape.parameter("bias", {s.classes});
    targets = tape.indices({s.rows});
    // A tied head's weight is read by the embedding first, whose gradient comes after the head's.
    const Tensor<T> in = s.tied ? x + embedding(w, targets_below(s)) : x;
    if (apart) {
      loss = cross_entropy(linear(in, w, {.bias = bias}), targets, ignored_target, s.smoothing);
    } else {
      const HeadLoss<T> both =
          head_loss(in, w, bias, targets, {.smoothing = s.smoothing, .learns = learns, .rows = s.held});
      loss = both.loss;
      right = both.right;
    }
    objective = loss;
    if (s.shared) objective = loss + scale(sum(power(x, 2)) + sum(power(w, 3)), 0.1);
    int k = 0;
    for (const auto& block : tape.blocks())
      fill_normal(block.tensor.value(), Stream(1, static_cast<std::uint64_t>(++k), "head"), 0, 0.7);
    for (int r = 0; r < s.rows; ++r)
      targets.value()[static_cast<std::size_t>(r)] = r % 4 == 2 ? ignored_target : r * r % s.classes;
  }

  Indices<T> targets_below(const Setting& s) {
    const Indices<T> ids = tape.indices({s.rows});
    for (int r = 0; r < s.rows; ++r) ids.value()[static_cast<std::size_t>(r)] = (3 * r + 1) % s.classes;
    return ids;
  }

  std::vector<T> run() {
    tape.forward();
    tape.backward(objective);
    std::vector<T> all = {loss.item()};
    all.insert(all.end(), tape.gradients().begin(), tape.gradients().end());
    return all;
  }
};

const std::vector<Setting> settings = {
    {},
    {.rows = 1, .dim = 1, .classes = 2},
    {.rows = 19, .dim = 8, .classes = 33, .bias = true},
    {.rows = 40, .tied = true, .smoothing = 0.2},
    {.rows = 700, .dim = 17, .classes = 50, .bias = true, .smoothing = 0.1},
    {.rows = 600, .dim = 20, .classes = 300, .tied = true}};

TEST_CASE_TEMPLATE("losses and gradients are those of two ops to the bit, however many rows are held", T,
                   float, double) {
  for (Setting s : settings) {
    CAPTURE(s.rows);
    CAPTURE(s.classes);
    const std::vector<T> expected = Headed<T>(s, true).run();
    for (const int held : {0, 256, 512, 1024}) {
      s.held = held;
      CHECK(Headed<T>(s, false).run() == expected);
    }
  }
}

TEST_CASE("gradients of head and loss in one are those of differences") {
  for (Setting s : settings) {
    if (s.rows > 100) continue;
    s.shared = true;
    Headed<double> head(s, false);
    const GradcheckReport report = gradcheck(head.tape, head.objective);
    CAPTURE(report.where);
    CHECK(report.ok);
    CHECK(report.error <= 1e-6);
  }
}

TEST_CASE("right answers are counted, and without gradients the loss is the same") {
  for (const Setting& s : settings) {
    Headed<float> head(s, false), read(s, false, false);
    std::ranges::copy(head.tape.parameters(), read.tape.parameters().begin());
    head.tape.forward();
    read.tape.forward();
    int right = 0;
    for (std::size_t r = 0; r < static_cast<std::size_t>(s.rows); ++r) {
      const std::int32_t target = head.targets.value()[r];
      if (target == ignored_target || s.tied) continue;
      std::vector<double> logits;
      for (std::size_t c = 0; c < static_cast<std::size_t>(s.classes); ++c) {
        double z = s.bias ? double{head.bias.value()[c]} : 0;
        for (std::size_t i = 0; i < static_cast<std::size_t>(s.dim); ++i)
          z += double{head.x.value()[r * static_cast<std::size_t>(s.dim) + i]} *
               double{head.w.value()[c * static_cast<std::size_t>(s.dim) + i]};
        logits.push_back(z);
      }
      right += std::ranges::max_element(logits) - logits.begin() == target;
    }
    if (!s.tied) CHECK(head.right.value()[0] == static_cast<float>(right));
    CHECK(read.right.value()[0] == head.right.value()[0]);
    CHECK(read.loss.item() == head.loss.item());
  }
}

TEST_CASE("what does not fit is refused") {
  Headed<float> head({}, false);
  std::ranges::fill(head.targets.value(), ignored_target);
  CHECK_THROWS_WITH_AS(head.tape.forward(), doctest::Contains("every target is ignored"), Error);
  head.targets.value()[3] = 7;
  CHECK_THROWS_WITH_AS(head.tape.forward(), doctest::Contains("target 7 at 3 is outside 0 .. 6"), Error);
  Tape<float> tape;
  const auto x = tape.parameter("x", {4, 3}), w = tape.parameter("w", {5, 2});
  CHECK_THROWS_WITH_AS(head_loss(x, w, {}, tape.indices({4})), doctest::Contains("[head_loss] got (4,3)"),
                       Error);
  const auto fitting = tape.parameter("v", {5, 3});
  CHECK_THROWS_AS(head_loss(x, fitting, {}, tape.indices({3})), Error);
  CHECK_THROWS_AS(head_loss(x, fitting, {}, tape.indices({4}), {.rows = 100}), Error);
}

}  // namespace
}  // namespace qklab::autodiff
