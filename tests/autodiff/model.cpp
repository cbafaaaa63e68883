// A causal transformer of one block, put together as models are: gradients of the whole, and learning.
#include <cmath>
#include <limits>

#include "core/autodiff/curvature.hpp"
#include "tests/autodiff/support.hpp"

namespace qklab::autodiff {
namespace {

constexpr int batch = 2, length = 5, dim = 6, heads = 2, classes = 4;

// Predicts the next token of `tokens` (batch, length) from the ones up to it.
template <class T> struct Model {
  Tape<T> tape;
  Indices<T> tokens = tape.indices({batch, length}), targets = tape.indices({batch, length});
  Tensor<T> loss;

  Tensor<T> weight(const char* name, Shape shape) {
    const Tensor<T> w = tape.parameter(name, shape);
    fill_normal(w.value(), Stream(tape.size(), 0, "weights"), 0, 0.3);
    return w;
  }

  Tensor<T> normalized(Tensor<T> x, const char* name) {
    return layer_norm(x, affine(weight(name, {dim}), 1, 1), weight(name, {dim}));
  }

  Tensor<T> split(Tensor<T> x) { return transpose(reshape(x, {batch, length, heads, dim / heads}), 1, 2); }

  Tensor<T> attention(Tensor<T> x) {
    const Tensor<T> q = split(matmul(x, weight("q", {dim, dim}))),
                    k = split(matmul(x, weight("k", {dim, dim})));
    const Tensor<T> v = split(matmul(x, weight("v", {dim, dim})));
    const double temperature = std::sqrt(double{dim} / heads);
    const Tensor<T> scores = matmul(q, k, {.transpose_b = true, .scale = 1 / temperature});
    const Tensor<T> mixed = matmul(softmax(scores, Mask::causal()), v);
    return matmul(reshape(transpose(mixed, 1, 2), {batch, length, dim}), weight("o", {dim, dim}));
  }

  Tensor<T> mlp(Tensor<T> x) {
    const Tensor<T> hidden = gelu(matmul(x, weight("in", {dim, 2 * dim})) + weight("in bias", {2 * dim}));
    return matmul(hidden, weight("out", {2 * dim, dim})) + weight("out bias", {dim});
  }

  Model() {
    Tensor<T> x = embedding(weight("tokens", {classes, dim}), tokens) + weight("positions", {length, dim});
    x = x + attention(normalized(x, "before attention"));
    x = x + mlp(normalized(x, "before mlp"));
    loss = cross_entropy(matmul(normalized(x, "last"), weight("head", {dim, classes})), targets);
    for (std::size_t i = 0; i < tokens.value().size(); ++i) {
      tokens.value()[i] = static_cast<std::int32_t>(i * i) % classes;
      targets.value()[i] = static_cast<std::int32_t>((i + 1) * (i + 1)) % classes;
    }
  }
};

TEST_CASE("gradients of the whole model") {
  Model<double> model;
  const GradcheckReport report = gradcheck(model.tape, model.loss);
  CAPTURE(report.where);
  CHECK(report.error <= 1e-6);
  CHECK(report.ok);
}

TEST_CASE("float and double tapes agree") {
  Model<double> exact;
  Model<float> model;
  std::ranges::copy(model.tape.parameters(), exact.tape.parameters().begin());
  model.tape.forward();
  model.tape.backward(model.loss);
  exact.tape.forward();
  exact.tape.backward(exact.loss);
  CHECK(relative_distance(model.tape.parameters(), exact.tape.parameters()) == 0);
  const double tolerance = 64 * static_cast<double>(std::numeric_limits<float>::epsilon());
  CHECK(std::abs(model.loss.item() - exact.loss.item()) <= tolerance);
  CHECK(relative_distance(model.tape.gradients(), exact.tape.gradients()) <= tolerance);
}

TEST_CASE("causal: later tokens change no earlier gradient") {
  Model<double> model;
  std::ranges::fill(model.targets.value(), ignored_target);
  model.targets.value()[1] = 2;  // the loss of position 1 of the first sequence alone
  model.tape.forward();
  const double loss = model.loss.item();
  for (std::size_t i = 2; i < model.tokens.value().size(); ++i) model.tokens.value()[i] = 3;
  model.tape.forward();
  CHECK(model.loss.item() == loss);
  model.tokens.value()[0] = 3;
  model.tape.forward();
  CHECK(model.loss.item() != loss);
}

TEST_CASE("gradient descent learns the batch by heart") {
  Model<float> model;
  for (int step = 0; step < 300; ++step) {
    model.tape.forward();
    model.tape.backward(model.loss);
    for (std::size_t i = 0; i < model.tape.parameters().size(); ++i) {
      model.tape.parameters()[i] -= 0.2f * model.tape.gradients()[i];
    }
  }
  CHECK(model.loss.item() <= 0.1f);
}

}  // namespace
}  // namespace qklab::autodiff
