// regression: in-context linear regression. Tokens (x_i, y_i), y_i = w.x_i + noise, with a w of its own in
// each sequence; the last token is (x, 0), and its y is to be predicted. x, w ~ N(0, I), noise ~ N(0, s^2).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <xtensor-blas/xlinalg.hpp>

#include "core/base/array.hpp"
#include "core/schema/plugin.hpp"
#include "core/tasks/task.hpp"

namespace qklab::tasks {

namespace {

constexpr std::size_t floor_draws = 4096;

class Regression : public Task {
 public:
  Regression(const TaskConfig& config, Stream stream)
      : Task(config,
             {.length = config.length,
              .channels = config.features + 1,
              .outputs = 1,
              .real_targets = true,
              .last_only = true},
             stream),
        // Where there is no noise, what rounding leaves of it: the posterior stays defined.
        variance_(std::max(config.noise * config.noise, 1e-9)),
        stream_(stream.substream(0)) {}

  // s^2 + E tr S, S the posterior covariance of w: E over the x_i, and x.S x has mean tr S.
  Floor floor() const override {
    const std::size_t d = config().features, n = shape().length - 1;
    Stream random = stream_;
    double sum = 0, squares = 0;
    for (std::size_t k = 0; k < floor_draws; ++k) {
      Matrix x = xt::zeros<double>({n, d});
      for (double& each : x) each = random.normal();
      const double risk = variance_ * xt::linalg::trace(xt::linalg::inv(precision(x)))();
      sum += risk;
      squares += risk * risk;
    }
    const double mean = sum / floor_draws;
    const double error = std::sqrt(std::max(squares / floor_draws - mean * mean, 0.0) / floor_draws);
    return {config().noise * config().noise + mean,
            fmt::format("Bayes risk: noise and posterior variance, over {} prompts (standard error {:.2g})",
                        floor_draws, error)};
  }

  // The query's token is (x, 0). Since w has mean 0 whatever x is, 0 is the best guess of y, and E y^2 = d +
  // s^2.
  Baseline baseline(std::size_t) const override {
    const double variance = static_cast<double>(config().features) + config().noise * config().noise;
    return {variance, "variance of y, which neither the position nor x predicts: features + noise^2",
            variance};
  }

  // The posterior mean, by which no predictor has a lower squared error.
  bool solve(Batch& batch) const override {
    const std::size_t d = config().features, n = shape().length - 1;
    for (std::size_t b = 0; b < config().batch; ++b) {
      const float* const token = vectors(batch, b);
      Matrix x = xt::zeros<double>({n, d});
      Vector xy = xt::zeros<double>({d});
      for (std::size_t t = 0; t < n; ++t) {
        for (std::size_t i = 0; i < d; ++i) {
          x(t, i) = token[t * (d + 1) + i];
          xy(i) += x(t, i) * double{token[t * (d + 1) + d]};
        }
      }
      const Vector w = xt::linalg::solve(precision(x), xy);
      double y = 0;
      for (std::size_t i = 0; i < d; ++i) y += w(i) * double{token[n * (d + 1) + i]};
      *values(batch, b) = static_cast<float>(y);
    }
    return true;
  }

 private:
  // X^T X + s^2 I: the posterior's inverse covariance times s^2.
  Matrix precision(const Matrix& x) const {
    const Matrix transposed = xt::transpose(x);
    return xt::linalg::dot(transposed, x) + variance_ * xt::eye<double>(x.shape(1));
  }

  void sequence(Part, Stream& random, std::size_t b, Batch& into) const override {
    const std::size_t d = config().features;
    std::vector<double> w(d);
    for (double& each : w) each = random.normal();
    float* token = vectors(into, b);
    for (std::size_t t = 0; t < shape().length; ++t, token += d + 1) {
      double y = 0;
      for (std::size_t i = 0; i < d; ++i) {
        const double x = random.normal();
        token[i] = static_cast<float>(x);
        y += w[i] * x;
      }
      y += config().noise * random.normal();
      const bool query = t + 1 == shape().length;
      token[d] = query ? 0.0f : static_cast<float>(y);
      if (query) *values(into, b) = static_cast<float>(y);
    }
  }

  double variance_;
  Stream stream_;
};

std::string regression_problem(const TaskConfig& config) {
  if (config.features < 1) return "features: regression needs at least 1";
  if (!(config.noise >= 0)) return "noise: a standard deviation is not negative";
  return config.length < 2 ? "length: regression needs at least 2 tokens, an example and the query" : "";
}

void add_regression() {
  Registry<TaskKind>::all().add(
      {.name = "regression",
       .doc = "y of the last token's x, from examples (x, y) of a linear function with noise",
       .place = 7,
       .accuracy = "share of the targets' variance that is explained, 1 - squared error / variance",
       .problem = regression_problem,
       .make = make<Regression>});
}

}  // namespace

QKLAB_REGISTER(add_regression)

}  // namespace qklab::tasks
