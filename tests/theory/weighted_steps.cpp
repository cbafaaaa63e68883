// Steps of weighted gradient descent: one has its closed form, many end at least squares, and none makes it worse.
#include "core/theory/weighted_steps.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>
#include <xtensor-blas/xlinalg.hpp>
#include <xtensor/xview.hpp>

#include "core/base/stream.hpp"
#include "core/theory/weighted_estimator.hpp"

using namespace qklab;

namespace {

// Prompts of task_blocks(r, examples, d, noise).
std::vector<RegressionPrompt> draw_regression(const std::vector<double>& r, std::size_t examples,
                                              std::size_t d, double noise, std::size_t count) {
  Stream random(1, 0, "prompts");
  std::vector<RegressionPrompt> prompts(count);
  for (RegressionPrompt& prompt : prompts) {
    Vector target = xt::empty<double>({d});
    const auto normals = [&](auto& into, double scale) {
      for (double& each : into) each = scale * random.normal();
    };
    normals(target, 1 / std::sqrt(static_cast<double>(d)));
    prompt.x = xt::empty<double>({r.size() * examples, d});
    prompt.y = xt::empty<double>({r.size() * examples});
    prompt.query = xt::empty<double>({d});
    normals(prompt.x, 1);
    normals(prompt.query, 1);
    for (std::size_t k = 0; k < r.size(); ++k) {
      Vector own = xt::empty<double>({d});
      normals(own, std::sqrt((1 - r[k] * r[k]) / static_cast<double>(d)));
      own += r[k] * target;
      for (std::size_t i = k * examples; i < (k + 1) * examples; ++i)
        prompt.y(i) =
            xt::sum(xt::row(prompt.x, static_cast<std::ptrdiff_t>(i)) * own)() + noise * random.normal();
    }
    prompt.answer = xt::sum(prompt.query * target)() + noise * random.normal();
  }
  return prompts;
}

double risk_of_steps(const std::vector<RegressionPrompt>& prompts, const Matrix& weights) {
  double sum = 0;
  for (const RegressionPrompt& prompt : prompts)
    sum += std::pow(steps_prediction(prompt, weights) - prompt.answer, 2);
  return sum / static_cast<double>(prompts.size());
}

}  // namespace

TEST_CASE("weighted steps: one step has the weights and the risk of the closed form") {
  const auto prompts = draw_regression({0.2, 0.9}, 6, 3, 0.3, 40000);
  const PromptPrior prior = task_blocks(Vector{0.2, 0.9}, 6, 3, 0.3);
  const Vector expected = optimal_weights(prior);
  const Matrix found = fit_steps(prompts, 2, 1);
  CHECK(std::abs(found(0, 0) - expected(0)) <= 0.003);
  CHECK(std::abs(found(0, 1) - expected(6)) <= 0.003);
  CHECK(std::abs(risk_of_steps(prompts, found) / weighted_risk(prior, expected) - 1) <= 0.02);
}

TEST_CASE("weighted steps: each step lowers the risk, which stays above that of the Bayes estimator") {
  const auto prompts = draw_regression({0.2, 0.9}, 6, 3, 0.3, 4000);
  const PromptPrior prior = task_blocks(Vector{0.2, 0.9}, 6, 3, 0.3);
  double bayes = 0;
  for (const RegressionPrompt& each : prompts)
    bayes += std::pow(bayes_prediction(prior, each.x, each.y, each.query) - each.answer, 2) / 4000;
  double before = 2;
  for (const std::size_t steps : {1, 2, 3}) {
    const double now = risk_of_steps(prompts, fit_steps(prompts, 2, steps));
    CHECK(now < before);
    CHECK(now > 0.99 * bayes);
    before = now;
  }
  CHECK(before <= 1.25 * bayes);
}

TEST_CASE("weighted steps: many small equal steps end at least squares") {
  const auto prompts = draw_regression({1}, 8, 3, 0.5, 5);
  for (const RegressionPrompt& prompt : prompts) {
    const Matrix many = 0.02 * xt::ones<double>({std::size_t{20000}, std::size_t{1}});
    const Vector solution = std::get<0>(xt::linalg::lstsq(prompt.x, prompt.y));
    CHECK(steps_prediction(prompt, many) ==
          doctest::Approx(xt::sum(solution * prompt.query)()).epsilon(1e-6));
  }
}
