// Regularizers: their value, their gradient, and what they hold.
#include "core/nn/regularizers/regularizer.hpp"

#include "core/autodiff/gradcheck.hpp"
#include "core/base/error.hpp"
#include "core/nn/diagnose.hpp"
#include "core/nn/hold_trace.hpp"
#include "core/nn/parameters.hpp"
#include "core/nn/weights/reparametrize.hpp"
#include "tests/nn/support.hpp"

namespace qklab::nn {
namespace {

// A model under a regularizer, its heads symmetric and of the given spectrum.
template <class T> struct Regularized : Trained<T> {
  Regularizer<T> regularizer;
  Tensor<T> plain = this->loss;

  Regularized(const ModelConfig& config, const RegularizerConfig& how, Spectrum spectrum = {0.5, 0.3})
      : Trained<T>(config, 2, Use::reading), regularizer(this->model, how) {
    this->loss = regularizer.add_to(this->loss);
    initialize(this->model, {.kind = "spectrum", .spectrum = spectrum}, Stream(1, 0, "model"));
    regularizer.begin();
  }
  std::vector<HeadReport> heads() {
    this->tape.forward();
    std::vector<HeadReport> all;
    const ModelReport report = diagnose(this->model);
    for (const LayerReport& layer : report.layers)
      all.insert(all.end(), layer.heads.begin(), layer.heads.end());
    return all;
  }
};

RegularizerConfig locater(double strength, TraceKeep keep) {
  return {.kind = "locater", .strength = strength, .keep = keep};
}

ModelConfig heads_of(bool combined) {
  ModelConfig config = small();
  config.combined = combined;
  return config;
}

void move_off(Tape<double>& tape) {
  Stream noise(9, 0, "noise");
  for (const auto& block : tape.blocks())
    if (block.trainable)
      for (double& w : block.tensor.value()) w += 0.05 * noise.normal();
}

TEST_CASE("LocAteR adds strength * sum tr(W_QK^2)") {
  for (const bool combined : {false, true}) {
    Regularized<double> r(heads_of(combined), locater(0.1, TraceKeep::none));
    r.tape.forward();
    const double n = combined ? 6 : 3;  // tr(W^2) = n (variance + mean^2), 2 layers of 2 heads
    CHECK(r.loss.item() - r.plain.item() == doctest::Approx(0.1 * 4 * n * (0.3 + 0.25)));
  }
}

TEST_CASE(
    "squares: with frobenius LocAteR adds strength * sum |W_QK|^2, which antisymmetric parts do not lower") {
  for (const bool combined : {false, true}) {
    RegularizerConfig how = locater(0.1, TraceKeep::none);
    how.squares = Squares::frobenius;
    Regularized<double> r(heads_of(combined), how);
    r.tape.forward();
    const double n = combined ? 6 : 3;
    CHECK(r.loss.item() - r.plain.item() == doctest::Approx(0.1 * 4 * n * (0.3 + 0.25)));
    move_off(r.tape);  // no longer symmetric
    r.tape.forward();
    double sum = 0;
    for (const auto& layer : r.model.layers) {
      const auto q = layer.attention.query.value(),
                 k = layer.attention.key.tape ? layer.attention.key.value() : q;
      for (std::size_t h = 0; h < 2; ++h) {
        for (std::size_t i = 0; i < 6; ++i) {
          for (std::size_t j = 0; j < 6; ++j) {
            double w = 0;
            if (combined) w = q[(h * 6 + i) * 6 + j];
            for (std::size_t m = 0; m < 3 && !combined; ++m)
              w += q[(h * 3 + m) * 6 + i] * k[(h * 3 + m) * 6 + j];
            sum += w * w;
          }
        }
      }
    }
    CHECK(r.loss.item() - r.plain.item() == doctest::Approx(0.1 * sum));
    const auto report = autodiff::gradcheck(r.tape, r.loss);
    CAPTURE(report.where);
    CHECK(report.ok);
  }
}

TEST_CASE("LocAteR with a penalty is free at the initial trace and quadratic off it") {
  for (const bool combined : {false, true}) {
    Regularized<double> r(heads_of(combined), locater(0.1, TraceKeep::penalty));
    r.tape.forward();
    const double n = combined ? 6 : 3;
    CHECK(r.loss.item() - r.plain.item() == doctest::Approx(0.1 * 4 * n * (0.3 + 0.25)));
    // Twice the query weights of one layer: its two heads' traces double, their squares' quadruple.
    const char* name = combined ? "blocks.0.attn.qk.weight" : "blocks.0.attn.q.weight";
    for (double& w : parameter_named(r.tape, name).value()) w *= 2;
    r.tape.forward();
    const double squares = 0.1 * (2 * 4 + 2) * n * (0.3 + 0.25), penalty = 0.1 * 2 * (n * 0.5) * (n * 0.5);
    CHECK(r.loss.item() - r.plain.item() == doctest::Approx(squares + penalty));
  }
}

TEST_CASE("gradients of regularized models") {
  for (const bool combined : {false, true}) {
    for (const char* kind : {"locater", "sigma_reparam", "tame"}) {
      const RegularizerConfig how{.kind = kind, .strength = 0.1, .keep = TraceKeep::penalty};
      ModelConfig config = heads_of(combined);
      OptimizerConfig unused;
      configure(how, config, unused);
      Regularized<double> r(config, how);
      move_off(r.tape);
      const auto report = autodiff::gradcheck(r.tape, r.loss);
      CAPTURE(report.where);
      CHECK(report.ok);
    }
  }
}

TEST_CASE("keep init: traces stay while variances fall") {
  for (const bool combined : {false, true}) {
    for (const TraceKeep keep : {TraceKeep::init, TraceKeep::none}) {
      Regularized<float> r(heads_of(combined), locater(0.02, keep));
      Optimizer<float> optimizer({.kind = "sgd", .rate = 0.05}, r.tape);
      const auto before = r.heads();
      for (int step = 0; step < 100; ++step) {
        r.step();
        optimizer.step();
        r.regularizer.after_update();
      }
      const auto after = r.heads();
      for (std::size_t h = 0; h < after.size(); ++h) {
        CHECK(after[h].spectrum.variance <= before[h].spectrum.variance - 0.01);
        const double moved = std::abs(after[h].spectrum.mean - before[h].spectrum.mean);
        if (keep == TraceKeep::init) {
          CHECK(moved <= 1e-6);
        } else {
          CHECK(moved >= 1e-3);
        }
      }
    }
  }
}

double inner(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

TEST_CASE("factors are moved to the nearest pair with the trace") {
  std::vector<double> q(12), k(12);
  Stream random(4, 0, "factors");
  for (const double trace : {-3.0, 0.0, 0.7, 20.0}) {
    for (double& x : q) x = random.normal();
    for (double& x : k) x = random.normal();
    std::vector<double> p = q, l = k;
    hold_trace(std::span(p), std::span(l), trace);
    CHECK(std::abs(inner(p, l) - trace) <= 1e-9);
    const auto distance = [&](const std::vector<double>& a, const std::vector<double>& b) {
      double sum = 0;
      for (std::size_t i = 0; i < q.size(); ++i)
        sum += (a[i] - q[i]) * (a[i] - q[i]) + (b[i] - k[i]) * (b[i] - k[i]);
      return sum;
    };
    // Others of that trace, near and far, are not nearer. The last entry of b is set to meet the trace.
    for (int i = 0; i < 200; ++i) {
      std::vector<double> a = p, b = l;
      const double size = std::pow(10, -3 * random.uniform());
      for (double& x : a) x += size * random.normal();
      for (double& x : b) x += size * random.normal();
      b.back() += (trace - inner(a, b)) / a.back();
      CHECK(distance(a, b) >= distance(p, l) - 1e-9);
    }
  }
}

TEST_CASE("a trace out of reach leaves factors as they are") {
  std::vector<double> q = {1, 2}, k = {1, 2};  // q = k: <q', k'> > 0 always
  hold_trace(std::span(q), std::span(k), -1);
  CHECK(q == std::vector<double>{1, 2});
}

TEST_CASE("sigma-Reparam: weights have spectral norm gamma, also after updates") {
  ModelConfig config = small();
  config.reparametrization = Reparametrization::sigma;
  Trained<float> trained(config, 2, Use::reading);
  CHECK(trained.model.spectral.size() == 2 * 6);  // q, k, v, o, fc1, fc2
  Optimizer<float> optimizer({.rate = 0.01}, trained.tape);
  for (int step = 0; step <= 30; ++step) {
    for (const SpectralWeight<float>& each : trained.model.spectral) {
      auto w = Matrix::from_shape({static_cast<std::size_t>(each.weight.shape()[0]),
                                   static_cast<std::size_t>(each.weight.shape()[1])});
      for (std::size_t i = 0; i < w.size(); ++i) w.data()[i] = static_cast<double>(each.weight.value()[i]);
      double estimate = 0;  // u^T W v, what the weight is divided by
      for (std::size_t i = 0; i < w.shape(0); ++i)
        for (std::size_t j = 0; j < w.shape(1); ++j)
          estimate +=
              static_cast<double>(each.u.value()[i]) * w(i, j) * static_cast<double>(each.v.value()[j]);
      CHECK(std::abs(estimate / spectral_norm(w) - 1) <= (step == 0 ? 1e-4 : 0.05));
    }
    trained.step();
    optimizer.step();
    step_power_iteration(trained.model);
  }
  CHECK(parameter_named(trained.tape, "blocks.0.attn.q.gamma").item() != 1);  // learned
}

TEST_CASE("TAME scales each head by log(eta + 1e-6) / sqrt(eta)") {
  for (const bool combined : {false, true}) {
    ModelConfig config = heads_of(combined);
    Regularized<double> plain(config, {});
    config.reparametrization = Reparametrization::tame;
    Regularized<double> tame(config, {});
    const auto before = plain.heads(), after = tame.heads();
    for (std::size_t h = 0; h < before.size(); ++h) {
      const double n = combined ? 6 : 3, mean = before[h].spectrum.mean;
      const double eta = n * (before[h].spectrum.variance + mean * mean);
      CHECK(after[h].spectrum.mean == doctest::Approx(mean * std::log(eta + 1e-6) / std::sqrt(eta)));
    }
  }
}

// The corner of every plane: a matrix of zeros has no direction, so what divides by its size leaves it as it
// is.
TEST_CASE("reparametrized matrices of zeros have a loss and gradients") {
  for (const char* kind : {"sigma_reparam", "tame"}) {
    for (const bool combined : {false, true}) {
      ModelConfig config = heads_of(combined);
      OptimizerConfig unused;
      configure({.kind = kind}, config, unused);
      Regularized<float> r(config, {.kind = kind}, {0, 0});
      r.step();
      CHECK(std::isfinite(r.loss.item()));
      for (const float g : r.tape.gradients()) REQUIRE(std::isfinite(g));
    }
  }
}

TEST_CASE("regularizers that are the model's or the optimizer's go there") {
  ModelConfig model;
  OptimizerConfig optimizer;
  configure({.kind = "weight_decay", .strength = 0.3}, model, optimizer);
  CHECK(optimizer.weight_decay == 0.3);
  CHECK(model.reparametrization == Reparametrization::none);
  configure({.kind = "sigma_reparam"}, model, optimizer);
  CHECK(model.reparametrization == Reparametrization::sigma);
  configure({.kind = "tame"}, model, optimizer);
  CHECK(model.reparametrization == Reparametrization::tame);
}

}  // namespace
}  // namespace qklab::nn
