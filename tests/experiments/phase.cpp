// phase: that its panels are of the point they say, and that its small model learns.
#include <cmath>

#include "tests/experiments/support.hpp"

using qklab::testing::run;

namespace {

qklab::testing::Outcome phase(double mean, double variance, std::int64_t steps, std::int64_t seed = 0) {
  return run("phase", {{"dim", std::int64_t{16}},
                       {"length", std::int64_t{16}},
                       {"depth", std::int64_t{6}},
                       {"samples", std::int64_t{400}},
                       {"mean", mean},
                       {"variance", variance},
                       {"train.steps", steps},
                       {"train.batch", std::int64_t{16}},
                       {"seed", seed}});
}

}  // namespace

TEST_CASE("phase: zero mean collapses in rank, a large mean in entropy") {
  const auto uniform = phase(0, 0.01, 0);
  CHECK(uniform.scalar("entropy_ratio") >= 0.99);
  CHECK(uniform.scalar("residual") <= 0.01);
  CHECK(uniform.scalar("margin") <= 0.02);
  const auto localized = phase(3, 0.01, 0);
  CHECK(localized.scalar("entropy_ratio") <= 0.1);
  CHECK(localized.scalar("residual") >= 0.9);
  CHECK(localized.scalar("contrast") >= 0.9);
  CHECK(std::abs(localized.scalar("contrast") - localized.scalar("contrast_theory")) <= 0.1);
}

TEST_CASE("phase: the trained loss is set where a model is trained, and falls with the steps") {
  CHECK(std::isnan(phase(1, 0.1, 0).scalar("trained_excess")));
  const double before = phase(1, 0.1, 1).scalar("trained_excess");
  const double after = phase(1, 0.1, 100).scalar("trained_excess");
  CHECK(after <= before - 0.3);
  CHECK(after > 0);
  CHECK(before <= std::log(16) + 1);
  CHECK(phase(1, 0.1, 100).scalar("trained_excess") == after);
  CHECK(phase(1, 0.1, 100, 1).scalar("trained_excess") != after);
}

TEST_CASE("phase: a temperature that the trained model does not have is refused") {
  const qklab::Experiment& experiment = *qklab::find_experiment("phase");
  qklab::Parameters params(experiment.parameters);
  const auto set = [&](const char* name, qklab::Value value) {
    params.set(*experiment.parameters.find(name), std::move(value));
  };
  set("dim", std::int64_t{16});
  set("temperature", 4.0);
  set("train.steps", std::int64_t{10});
  CHECK(experiment.check(params).empty());
  set("temperature", 3.0);
  CHECK(experiment.check(params).find("sqrt(dim)") != std::string::npos);
  set("train.steps", std::int64_t{0});
  CHECK(experiment.check(params).empty());
}
