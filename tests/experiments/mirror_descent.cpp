#include <algorithm>
#include <cmath>

#include "core/autodiff/ops/ops.hpp"
#include "core/base/stream.hpp"
#include "core/theory/token_selection.hpp"
#include "tests/experiments/support.hpp"

using namespace qklab;

namespace {

std::vector<SelectionPrompt> prompts(std::size_t n, std::size_t length, std::size_t d) {
  Stream random(4, 0, "prompts");
  std::vector<SelectionPrompt> result;
  for (std::size_t i = 0; i < n; ++i) {
    SelectionPrompt prompt{xt::empty<double>({length, d}), xt::empty<double>({d}),
                           xt::empty<double>({length})};
    for (double& x : prompt.tokens) x = random.normal();
    for (double& x : prompt.query) x = random.normal();
    for (double& x : prompt.score) x = random.normal();
    result.push_back(prompt);
  }
  return result;
}

}  // namespace

TEST_CASE("token selection: the closed form of loss and gradient is the tape's") {
  using namespace autodiff;
  const std::size_t d = 5, length = 7;
  const auto data = prompts(3, length, d);
  Matrix w = xt::empty<double>({d, d});
  Stream random(9, 0, "w");
  for (double& x : w) x = 0.5 * random.normal();

  Tape<double> tape;
  const int D = static_cast<int>(d), L = static_cast<int>(length);
  auto parameter = tape.parameter("w", {D, D});
  Tensor<double> total{};
  for (std::size_t i = 0; i < data.size(); ++i) {
    auto tokens = tape.constant({L, D}, {data[i].tokens.data(), data[i].tokens.size()});
    auto query = tape.constant({D, 1}, {data[i].query.data(), d});
    auto score = tape.constant({1, L}, {data[i].score.data(), length});
    auto weights = softmax(reshape(matmul(tokens, matmul(parameter, query)), {1, L}));
    auto loss = log(affine(exp(scale(sum(weights * score), -1)), 1, 1));
    total = i == 0 ? loss : total + loss;
  }
  auto loss = scale(total, 1.0 / 3);
  std::copy(w.begin(), w.end(), parameter.value().begin());
  tape.forward();
  tape.backward(loss);

  const SelectionLoss closed = selection_loss(data, w);
  CHECK(std::abs(closed.value - loss.item()) <= 1e-13);
  for (std::size_t i = 0; i < d * d; ++i) {
    CHECK(std::abs(closed.gradient.flat(i) - parameter.gradient()[i]) <= 1e-13);
  }
}

TEST_CASE("token selection: a constraint row is a difference of logits") {
  const auto data = prompts(2, 4, 3);
  Matrix w = xt::empty<double>({3, 3});
  Stream random(2, 0, "w");
  for (double& x : w) x = random.normal();
  const Matrix rows = selection_constraints(data, {2, 0});
  CHECK(rows.shape(0) == 6);
  const auto logit = [&](std::size_t i, std::size_t t) {
    double sum = 0;
    for (std::size_t a = 0; a < 3; ++a) {
      for (std::size_t b = 0; b < 3; ++b) sum += data[i].tokens(t, a) * w(a, b) * data[i].query(b);
    }
    return sum;
  };
  double row1 = 0, row5 = 0;
  for (std::size_t k = 0; k < 9; ++k) {
    row1 += rows(1, k) * w.flat(k);
    row5 += rows(5, k) * w.flat(k);
  }
  CHECK(std::abs(row1 - (logit(0, 2) - logit(0, 1))) <= 1e-12);
  CHECK(std::abs(row5 - (logit(1, 0) - logit(1, 3))) <= 1e-12);
}

TEST_CASE("mirror_descent: p = 2 finds its max-margin direction, and the solver proves it") {
  const Value growing{std::string("growing")};
  const auto outcome = testing::run(
      "mirror_descent", {{"p", 2.0}, {"step", growing}, {"steps", std::int64_t{6000}}, {"growth", 0.03}});
  CHECK(outcome.scalar("final_correlation") >= 0.99);
  CHECK(outcome.scalar("advantage") >= 0);
  CHECK(outcome.scalar("gap") <= 1e-6);
  for (const double ratio : outcome.series("margin_ratio"))
    CHECK(ratio <= 1 + 1e-9);  // none beats the largest
  for (const double divergence : outcome.series("divergence")) CHECK(divergence >= -1e-12);
}

TEST_CASE(
    "mirror_descent: with normalized steps from a random start, each p is nearest to its own solution") {
  for (const double p : {1.75, 3.0}) {
    const auto outcome = testing::run("mirror_descent", {{"p", p},
                                                         {"step", Value(std::string("normalized"))},
                                                         {"data", Value(std::string("unit"))},
                                                         {"start", Value(std::string("normal"))},
                                                         {"steps", std::int64_t{3000}},
                                                         {"length", std::int64_t{8}},
                                                         {"dim", std::int64_t{10}},
                                                         {"rate", 0.1}});
    const auto& own = outcome.series(p == 3 ? "divergence_to_fourth" : "divergence_to_second");
    CHECK(own.back() < own.front());
    CHECK(own.back() >= -1e-12);
    CHECK(std::abs(own.back() - outcome.series("divergence").back()) <= 1e-12);
    const auto& ends = outcome.series("divergence_with");
    CHECK(outcome.scalar("own_nearest") ==
          (*std::min_element(ends.begin(), ends.end()) == own.back() ? 1 : 0));
  }
}
