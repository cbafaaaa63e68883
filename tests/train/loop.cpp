// The training loop: what it records, how it ends, and going on from a checkpoint.
#include <doctest/doctest.h>

#include <cmath>

#include "core/autodiff/curvature.hpp"
#include "core/base/error.hpp"
#include "tests/train/support.hpp"

using namespace qklab;
using namespace qklab::train;

TEST_CASE("evaluates before the first update, at every interval and after the last, and twice the same") {
  Run run;
  const Outcome outcome = train::train(run.trainer);
  CHECK(outcome.divergence.empty());
  CHECK(outcome.steps == 20);
  const std::vector<double> steps = {0, 6, 12, 18, 20};
  for (const char* name : {"loss", "accuracy", "train_loss", "grad_norm", "entropy.0.0", "mean.1.1",
                           "variance.0.1", "frobenius.0.0", "spectral.1.0", "residual.1"}) {
    CAPTURE(name);
    CHECK(outcome.history[name].step == steps);
    for (const double value : outcome.history[name].value) CHECK(std::isfinite(value));
  }
  CHECK(outcome.history.curves().size() == 4 + 5 * 4 + 2);
  CHECK(outcome.last.loss == outcome.history["loss"].value.back());
  CHECK(outcome.history["mean.1.1"].value[0] == doctest::Approx(0.5).epsilon(1e-4));
  CHECK(outcome.history["variance.1.1"].value[0] == doctest::Approx(1).epsilon(1e-4));

  Run again;
  CHECK(identical(train::train(again.trainer).history, outcome.history));
  Run other(small_config(), small_task(), 1);
  CHECK_FALSE(identical(train::train(other.trainer).history, outcome.history));
}

TEST_CASE("tells each step, and yields the same whether or not anybody asks") {
  Run run, asked;
  std::vector<std::size_t> told;
  Hooks hooks;
  hooks.progress = [&](std::size_t step, std::size_t of, std::span<const MetricValue> values) {
    CHECK(of == 20);
    // What was measured in the step before.
    const bool evaluated = step > 0 && (step - 1) % small_config().evaluate_every == 0;
    REQUIRE(values.size() == (step == 0 ? 0 : evaluated ? 3 : 1));
    if (step > 0) CHECK(values.back().name == "train_loss");
    if (evaluated) CHECK(values.front().name == "loss");
    told.push_back(step);
  };
  CHECK(identical(train::train(asked.trainer, hooks).history, train::train(run.trainer).history));
  REQUIRE(told.size() == 21);
  for (std::size_t i = 0; i < told.size(); ++i) CHECK(told[i] == i);
}

TEST_CASE("a checkpoint at any step leads to bitwise the same end") {
  for (const char* kind : {"adam", "momentum"}) {
    for (const char* regularizer : {"locater", "sigma_reparam"}) {
      TrainConfig config = small_config();
      config.optimizer.kind = kind;
      config.model.dropout = {0.1, 0.2, 0.3};
      config.regularizer = {regularizer, 1e-3, nn::TraceKeep::init};
      nn::configure(config.regularizer, config.model, config.optimizer);
      config.schedule = {.decay = "cosine", .warmup = 3, .steps = 20};
      std::vector<std::string> states;
      Hooks saving;
      saving.save_due = [] { return true; };
      saving.save = [&](const std::string& state) { states.push_back(state); };
      Run whole(config);
      const Outcome expected = train::train(whole.trainer, saving);
      REQUIRE(states.size() == 20);
      for (const std::size_t at : {0u, 5u, 6u, 13u, 19u}) {
        Hooks going_on;
        going_on.saved = states[at];
        Run rest(config);
        const Outcome outcome = train::train(rest.trainer, going_on);
        CHECK(identical(outcome.history, expected.history));
        CHECK(outcome.last.loss == expected.last.loss);
        CHECK(numbers(rest.trainer) == numbers(whole.trainer));
      }
    }
  }
}

TEST_CASE("training that stops at a step keeps what it has measured, and goes on to bitwise the same end") {
  Run whole;
  const Outcome expected = train::train(whole.trainer);
  std::string later;  // a state beyond the stops that follow
  for (const std::size_t at : {19u, 13u, 12u, 6u, 1u, 0u}) {
    CAPTURE(at);
    std::string state;
    Hooks stopping;
    stopping.stop_at = at;
    stopping.save = [&state](const std::string& bytes) { state = bytes; };
    if (!later.empty()) stopping.saved = later;
    Run first;
    const Outcome part = train::train(first.trainer, stopping);
    CHECK(part.stopped);
    CHECK(part.steps == at);
    const Curve &loss = part.history["loss"], &all = expected.history["loss"];
    REQUIRE(loss.step.size() == at / 6 + 1);  // evaluated at 0, 6, 12, 18
    for (std::size_t i = 0; i < loss.step.size(); ++i) {
      CHECK(loss.step[i] == all.step[i]);
      CHECK(loss.value[i] == all.value[i]);
    }
    later = state;

    Hooks going_on;
    going_on.saved = state;
    Run rest;
    const Outcome outcome = train::train(rest.trainer, going_on);
    CHECK_FALSE(outcome.stopped);
    CHECK(identical(outcome.history, expected.history));
    CHECK(numbers(rest.trainer) == numbers(whole.trainer));
  }
  Hooks never;
  never.stop_at = 20;  // where it ends anyway
  Run other;
  const Outcome outcome = train::train(other.trainer, never);
  CHECK_FALSE(outcome.stopped);
  CHECK(identical(outcome.history, expected.history));
}

TEST_CASE("a checkpoint of another model is refused") {
  Run run;
  std::string state;
  Hooks hooks;
  hooks.save_due = [] { return true; };
  hooks.save = [&](const std::string& bytes) { state = bytes; };
  train::train(run.trainer, hooks);
  TrainConfig larger = small_config();
  larger.model.ffn += 4;
  for (const std::string& bad : {state, state.substr(0, state.size() / 2), std::string()}) {
    Run other(larger);
    Hooks going_on;
    going_on.saved = bad;
    CHECK_THROWS_AS(train::train(other.trainer, going_on), Error);
  }
}

TEST_CASE("what check throws ends training at once") {
  struct Stopped {};
  Run run;
  int left = 5;
  Hooks hooks;
  hooks.check = [&] {
    if (left-- == 0) throw Stopped{};
  };
  CHECK_THROWS_AS(train::train(run.trainer, hooks), Stopped);
}

TEST_CASE("a loss that is not finite ends training, and what was recorded stays") {
  TrainConfig config = small_config();
  config.optimizer = nn::defaults("sgd");
  config.optimizer.rate = 1e30;
  config.evaluate_every = 1;
  Run run(config);
  const Outcome outcome = train::train(run.trainer);
  CHECK(outcome.divergence.find("loss is") != std::string::npos);
  CHECK(outcome.steps < 20);
  CHECK(outcome.history["loss"].value.size() >= 1);
  CHECK(std::isfinite(outcome.history["loss"].value[0]));
}

TEST_CASE("patience ends training once no evaluation was better for long enough; none is spent by default") {
  TrainConfig config = small_config();
  config.optimizer.rate = 0;  // nothing gets better
  config.evaluate_every = 2;
  Run patient(config);
  CHECK(train::train(patient.trainer).steps == 20);
  config.patience = 3;
  Run hasty(config);
  CHECK(train::train(hasty.trainer).steps == 6);
}

TEST_CASE("hooks: frozen blocks, learning rates by block, curves of one's own") {
  Run run;
  run.trainer.optimizer().set_rates(
      [](std::string_view name) { return name.ends_with("q.weight") ? 1.0 : 0.0; });
  const std::vector<float> before = numbers(run.trainer);
  std::size_t updates = 0;
  Hooks hooks;
  hooks.before_update = [&](Trainer&, std::size_t step) { CHECK(step == updates++); };
  hooks.evaluated = [](Trainer& trainer, std::size_t step, History& history) {
    const std::vector<double> norms = autodiff::gradient_norms(trainer.tape());
    for (std::size_t b = 0; b < norms.size(); ++b)
      history.add("block_norm." + std::to_string(b), step, norms[b]);
  };
  const Outcome outcome = train::train(run.trainer, hooks);
  CHECK(updates == 20);
  CHECK(outcome.history["block_norm.0"].value.size() == 5);
  const std::vector<float> after = numbers(run.trainer);
  for (const auto& block : run.trainer.tape().blocks()) {
    const auto at = static_cast<std::ptrdiff_t>(block.offset),
               end = at + static_cast<std::ptrdiff_t>(block.size);
    const bool same = std::equal(before.begin() + at, before.begin() + end, after.begin() + at);
    CHECK(same == !block.name.ends_with("q.weight"));
  }
}
