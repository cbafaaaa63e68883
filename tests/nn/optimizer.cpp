// Optimizers against formulas worked out here (those that PyTorch has: goldens.cpp), and what they share.
#include "core/nn/optimizers/optimizer.hpp"

#include "core/base/error.hpp"
#include "core/nn/optimizers/schedule.hpp"
#include "tests/nn/support.hpp"

namespace qklab::nn {
namespace {

// Two blocks of parameters w and a loss whose gradient is a: sum(a * w).
struct Slope {
  Tape<double> tape;
  Tensor<double> first = tape.parameter("first", {3}), second = tape.parameter("second", {2});
  Tensor<double> a = tape.input({3}), b = tape.input({2});
  Tensor<double> loss = sum(first * a) + sum(second * b);

  Slope() {
    set(tape.parameters(), {0.5, -0.25, 1, 2, -1});
    set(a.value(), {1, -2, 0});
    set(b.value(), {2, 0.5});
    backward();
  }
  static void set(std::span<double> x, std::initializer_list<double> values) {
    std::ranges::copy(values, x.begin());
  }
  void backward() {
    tape.forward();
    tape.backward(loss);
  }
  void check(std::initializer_list<double> expected) {
    for (std::size_t i = 0; i < expected.size(); ++i) {
      CAPTURE(i);
      CHECK(std::abs(tape.parameters()[i] - expected.begin()[i]) <= 1e-15);
    }
  }
};

TEST_CASE("sign SGD moves by the learning rate, and not where the gradient is 0") {
  Slope s;
  Optimizer<double>({.kind = "sign_sgd", .rate = 0.1}, s.tape).step();
  s.check({0.4, -0.15, 1, 1.9, -1.1});
}

TEST_CASE("Lion: sign of the interpolated momentum, then the momentum") {
  Slope s;
  Optimizer<double> optimizer({.kind = "lion", .rate = 0.1, .beta1 = 0.9, .beta2 = 0.99, .weight_decay = 0.5},
                              s.tape);
  optimizer.step();  // w <- w - 0.1 (sign g + 0.5 w), m = 0.01 g
  s.check({0.5 * 0.95 - 0.1, -0.25 * 0.95 + 0.1, 0.95, 2 * 0.95 - 0.1, -0.95 - 0.1});
  const double w0 = s.tape.parameters()[0], w3 = s.tape.parameters()[3];
  // 0.9 m + 0.1 g = 0.009 - 0.005 > 0 and 0.018 - 0.1 < 0
  Slope::set(s.a.value(), {-0.05, -2, 0});
  Slope::set(s.b.value(), {-1, 0.5});
  s.backward();
  optimizer.step();
  CHECK(std::abs(s.tape.parameters()[0] - (w0 * 0.95 - 0.1)) <= 1e-15);
  CHECK(std::abs(s.tape.parameters()[3] - (w3 * 0.95 + 0.1)) <= 1e-15);
  CHECK(std::abs(optimizer.state()[0] - (0.99 * 0.01 - 0.01 * 0.05)) <= 1e-15);
}

TEST_CASE("mirror descent moves sign(w)|w|^(p-1)") {
  Slope s;
  Optimizer<double>({.kind = "mirror", .rate = 0.125, .power = 3}, s.tape).step();
  s.check(
      {std::sqrt(0.25 - 0.125), std::sqrt(0.25 - 0.0625), 1, std::sqrt(4 - 0.25), -std::sqrt(1 + 0.0625)});
  Slope t;
  Optimizer<double>({.kind = "mirror", .rate = 0.125, .power = 1.5}, t.tape).step();
  const double root = std::sqrt(0.5) - 0.125, negative = 0.5 - 0.25;
  t.check({root * root, -negative * negative, 1, std::pow(std::sqrt(2) - 0.25, 2), -1.0625 * 1.0625});
}

TEST_CASE("mirror descent with p = 2 is gradient descent") {
  Slope a, b;
  Optimizer<double>({.kind = "mirror", .rate = 0.1, .power = 2}, a.tape).step();
  Optimizer<double>({.kind = "sgd", .rate = 0.1}, b.tape).step();
  CHECK(std::ranges::equal(a.tape.parameters(), b.tape.parameters(),
                           [](double x, double y) { return std::abs(x - y) <= 1e-15; }));
}

TEST_CASE("blocks have rates of their own, and a rate of 0 freezes one") {
  for (const char* kind : {"sgd", "momentum", "adamw", "lion"}) {
    Slope s;
    Optimizer<double> optimizer({.kind = kind, .rate = 0.1, .weight_decay = 0.1}, s.tape);
    optimizer.set_rates([](std::string_view name) { return name == "first" ? 0.0 : 1.0; });
    CHECK(optimizer.step() == doctest::Approx(std::sqrt(4.25)));  // the second block's alone
    CHECK(std::ranges::equal(s.tape.parameters().first(3), std::vector{0.5, -0.25, 1.0}));
    CHECK(s.tape.parameters()[3] < 2);
  }
  Slope s;
  Optimizer<double> optimizer({.kind = "sgd", .rate = 0.1}, s.tape);
  optimizer.set_rates([](std::string_view name) { return name == "first" ? 2.0 : 0.5; });
  optimizer.step();
  s.check({0.3, 0.15, 1, 1.9, -1.025});
  CHECK_THROWS_AS(optimizer.set_rates([](std::string_view) { return -1.0; }), InputError);
}

TEST_CASE("gradients are clipped to a global norm") {
  Slope s;  // gradient (1, -2, 0, 2, 0.5), norm sqrt(9.25)
  Optimizer<double> optimizer({.kind = "sgd", .rate = 1, .clip = 0.5}, s.tape);
  CHECK(optimizer.step() == doctest::Approx(std::sqrt(9.25)));
  CHECK(s.tape.parameters()[0] == doctest::Approx(0.5 - 0.5 / std::sqrt(9.25)));
  Slope t;
  Optimizer<double>({.kind = "sgd", .rate = 1, .clip = 4}, t.tape).step();
  t.check({-0.5, 1.75, 1, 0, -1.5});
}

TEST_CASE("parameters that are not trainable stay") {
  Tape<float> tape;
  const Tensor<float> w = tape.parameter("w", {2}), fixed = tape.parameter("fixed", {2}, false);
  std::ranges::fill(tape.parameters(), 1.0f);
  const Tensor<float> loss = sum(w * fixed);
  tape.forward();
  tape.backward(loss);
  Optimizer<float>(defaults("adamw"), tape).step();
  CHECK(w.value()[0] < 1);
  CHECK(fixed.value()[0] == 1);
}

TEST_CASE("a run goes on from saved parameters and state with the same bits") {
  for (const char* kind : {"momentum", "adamw", "lion"}) {
    Trained<float> whole(small()), resumed(small());
    Optimizer<float> a(defaults(kind), whole.tape), b(defaults(kind), resumed.tape);
    const auto run = [](auto& trained, auto& optimizer, int steps) {
      for (int i = 0; i < steps; ++i) {
        trained.step();
        optimizer.step();
      }
    };
    run(whole, a, 5);
    std::ranges::copy(whole.tape.parameters(), resumed.tape.parameters().begin());
    std::ranges::copy(a.state(), b.state().begin());
    b.set_steps(a.steps());
    run(whole, a, 5);
    run(resumed, b, 5);
    CHECK(std::ranges::equal(whole.tape.parameters(), resumed.tape.parameters()));
  }
}

TEST_CASE("schedules") {
  CHECK(Schedule{}.factor(0) == 1);
  CHECK(Schedule{}.factor(1000) == 1);
  const Schedule warm{.warmup = 4};
  CHECK(warm.factor(0) == 0.25);
  CHECK(warm.factor(3) == 1);
  CHECK(warm.factor(4) == 1);
  const Schedule cosine{.decay = "cosine", .warmup = 10, .steps = 110, .last = 0.1};
  CHECK(cosine.factor(9) == 1);
  CHECK(cosine.factor(10) == 1);
  CHECK(cosine.factor(60) == doctest::Approx(0.55));
  CHECK(cosine.factor(110) == 0.1);
  CHECK(cosine.factor(500) == 0.1);
}

TEST_CASE("every optimizer learns a batch") {
  for (const auto& [optimizer_kind, rate] : {std::pair{"sgd", 0.2},
                                             {"momentum", 0.03},
                                             {"nesterov", 0.03},
                                             {"adam", 0.01},
                                             {"adamw", 0.01},
                                             {"sign_sgd", 0.003},
                                             {"lion", 0.003},
                                             {"mirror", 0.05}}) {
    const char* kind = optimizer_kind;  // clang captures no structured binding
    CAPTURE(kind);
    Trained<float> trained(small());
    OptimizerConfig config = defaults(kind);
    config.rate = rate;
    config.power = 2.2;
    Optimizer<float> optimizer(config, trained.tape);
    for (int step = 0; step < 300; ++step) {
      trained.step();
      optimizer.step();
    }
    CHECK(trained.loss.item() <= 0.3f);
  }
}

}  // namespace
}  // namespace qklab::nn
