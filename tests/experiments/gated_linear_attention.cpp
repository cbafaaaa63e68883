#include <cmath>

#include "tests/experiments/support.hpp"

using namespace qklab;

TEST_CASE("gated_linear_attention: a short run yields risks between Bayes and no answer at all") {
  const auto outcome = testing::run("gated_linear_attention",
                                    {{"steps", std::int64_t{300}}, {"test_batches", std::int64_t{64}}});
  const double risk = outcome.scalar("risk");
  CHECK(risk >= 0.9 * outcome.scalar("risk_bayes"));
  CHECK(risk <= 1.3);
  CHECK(outcome.scalar("risk_bayes") <= outcome.scalar("risk_optimal"));
  CHECK(outcome.scalar("risk_optimal") <= outcome.scalar("risk_uniform"));
  // The optimal weighting, measured on prompts as the model sees them, has the risk that the formula says.
  CHECK(std::abs(outcome.scalar("weighted_measured") / outcome.scalar("risk_optimal") - 1) <= 0.12);
}

TEST_CASE("gated_linear_attention: without noise, more examples of a task than dimensions are refused") {
  const Experiment& experiment = *find_experiment("gated_linear_attention");
  const auto problem = [&](std::int64_t examples, double noise, double correlation) {
    Parameters params(experiment.parameters);
    for (std::size_t i = 0; i < experiment.parameters.size(); ++i) {
      const Parameter& parameter = experiment.parameters[i];
      if (parameter.fallback) params.set(i, *parameter.fallback);
      if (parameter.name == "examples") params.set(i, Value(examples));
      if (parameter.name == "noise") params.set(i, Value(noise));
      if (parameter.name == "first" || parameter.name == "second") params.set(i, Value(correlation));
    }
    return experiment.check(params);
  };
  CHECK(problem(8, 0, 0.5).find("examples to 3 or less") != std::string::npos);
  CHECK(problem(3, 0, 0.5).empty());
  CHECK(problem(3, 0, 1).find("6 examples of one task") !=
        std::string::npos);  // both tasks are the query's own
  CHECK(problem(8, 0.1, 0.5).empty());
}

TEST_CASE("gated_linear_attention: weights are not regressed on fewer prompts than determine them") {
  const Experiment& experiment = *find_experiment("gated_linear_attention");
  Parameters params(experiment.parameters);
  for (std::size_t i = 0; i < experiment.parameters.size(); ++i) {
    const Parameter& parameter = experiment.parameters[i];
    if (parameter.fallback) params.set(i, *parameter.fallback);
    if (parameter.name == "explain") params.set(i, Value(true));
    if (parameter.name == "test_batches") params.set(i, Value(std::int64_t{1}));
    if (parameter.name == "first") params.set(i, Value(0.5));
  }
  CHECK(experiment.check(params).find("set test_batches to 2 or more") != std::string::npos);
}

TEST_CASE("gated_linear_attention: three tasks, two layers, and weights of the examples") {
  const auto outcome = testing::run("gated_linear_attention", {{"steps", std::int64_t{300}},
                                                               {"test_batches", std::int64_t{64}},
                                                               {"tasks", std::int64_t{3}},
                                                               {"examples", std::int64_t{4}},
                                                               {"layers", std::int64_t{2}},
                                                               {"explain", Value{true}}});
  CHECK(outcome.series("weight").size() == 12);
  CHECK(outcome.series("weight_theory").size() == 12);
  CHECK(outcome.scalar("explained") <= 1);
  CHECK(outcome.scalar("risk_steps") <= outcome.scalar("risk_optimal") * 1.02);
  CHECK(outcome.scalar("risk_steps") >= 0.98 * outcome.scalar("risk_bayes"));
  CHECK(outcome.scalar("risk") ==
        doctest::Approx((1 + outcome.scalar("over_steps")) * outcome.scalar("risk_steps")));
}
