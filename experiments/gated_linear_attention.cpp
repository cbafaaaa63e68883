// gated_linear_attention: in-context regression from prompts of two tasks, with and without gates.
//
// After Li, Tarzanagh, Rawat, Fazel and Oymak, "Gating is Weighting: Understanding Gated Linear Attention
// through In-context Learning" (COLM 2025, arXiv 2504.04308): one layer of gated linear attention,
//     S_t = S_t-1 diag(g_t) + v_t k_t^T,   o_t = S_t q_t,
// implements one step of weighted preconditioned gradient descent; its gates are the weights of the examples.
// Trained, it reaches the risk of the optimal weighting; linear attention, which weighs examples equally,
// does not where tasks differ in their correlation with the query. Scalar gates multiply into weights that
// can only rise along the prompt; vector gates can forget by coordinate and so weigh freely.
//
// Prompt: `examples` pairs (x_i, y_i) of a first task, a delimiter, as many of a second, another delimiter,
// the query (x, 0). Tasks have correlations `first` and `second` with the query's. Tokens are (x, y, two
// flags, 1), a flag being 1 on its delimiter and the 1 standing on all tokens, which gives gates a bias.
// Estimators in closed form: core/theory/weighted_estimator.hpp. Each trial trains one model by Adam on fresh
// prompts, and tells the mean squared error on held-out prompts; `risk` subtracts the chance of these
// prompts, by what the optimal weighting gets on the same ones (a control variate).
//
// Reproduced: risks of trained models against optimal weighting, scalar against vector gates, order of tasks.
// Own reading: isotropic data, K = 2 tasks independent given the query's, delimiters as flags, the limit for
// scalar gates as the best rising weights. Out of reach: the landscape theorem itself (uniqueness up to
// scale).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>
#include <xtensor-blas/xlinalg.hpp>

#include "core/theory/weighted_estimator.hpp"
#include "core/train/of_trial.hpp"
#include "core/trial/experiment.hpp"

namespace qklab {
namespace {

using Values = xt::xtensor<double, 1>;

// Prompts as a task to train on.
class TwoTasks : public tasks::Task {
 public:
  TwoTasks(const PromptPrior& prior, std::size_t examples, std::size_t batch, Stream stream)
      : Task(task_config(examples, batch), task_shape(examples, prior.dim), stream),
        prior_(prior),
        examples_(examples) {}

  tasks::Floor floor() const override {
    return {std::nullopt, "the Bayes risk is measured on held-out prompts"};
  }

  // Squared errors of an estimator on one batch, summed.
  template <class Predict> double squared_errors(const tasks::Batch& batch, const Predict& predict) const {
    const std::size_t n = 2 * examples_, channels = shape().channels, d = prior_.dim;
    double sum = 0;
    for (std::size_t b = 0; b < config().batch; ++b) {
      Matrix x = xt::empty<double>({n, d});
      Vector y = xt::empty<double>({n}), query = xt::empty<double>({d});
      const float* token = batch.vectors.data() + b * shape().length * channels;
      for (std::size_t i = 0; i < n; ++i) {
        const float* at = token + (i + i / examples_) * channels;
        for (std::size_t k = 0; k < d; ++k) x(i, k) = at[k];
        y(i) = at[d];
      }
      for (std::size_t k = 0; k < d; ++k) query(k) = token[(shape().length - 1) * channels + k];
      const double error = batch.values[b] - predict(x, y, query);
      sum += error * error;
    }
    return sum;
  }

 private:
  static tasks::TaskConfig task_config(std::size_t examples, std::size_t batch) {
    tasks::TaskConfig config;
    config.kind = "two tasks";
    config.length = 2 * examples + 3;
    config.batch = batch;
    return config;
  }
  static tasks::TaskShape task_shape(std::size_t examples, std::size_t d) {
    return {
        .length = 2 * examples + 3, .channels = d + 4, .outputs = 1, .real_targets = true, .last_only = true};
  }

  void sequence(tasks::Part, Stream& random, std::size_t b, tasks::Batch& into) const override {
    const std::size_t d = prior_.dim, channels = shape().channels;
    const auto width = static_cast<double>(d);
    // b, then b_k = r_k b + sqrt(1 - r_k^2) e_k: correlations r_k with b, r_1 r_2 between tasks.
    std::vector<double> target(d), task(2 * d), x(d);
    for (double& v : target) v = random.normal() / std::sqrt(width);
    for (std::size_t k = 0; k < 2; ++k) {
      const double r = prior_.query(k * examples_);
      for (std::size_t c = 0; c < d; ++c) {
        task[k * d + c] = r * target[c] + std::sqrt((1 - r * r) / width) * random.normal();
      }
    }
    const auto answer = [&](const double* weights) {
      double y = prior_.noise * random.normal();
      for (std::size_t c = 0; c < d; ++c) {
        x[c] = random.normal();
        y += weights[c] * x[c];
      }
      return y;
    };
    float* token = vectors(into, b);
    std::fill_n(token, shape().length * channels, 0.0F);
    for (std::size_t t = 0; t < shape().length; ++t, token += channels) {
      token[d + 3] = 1;
      const std::size_t k = t / (examples_ + 1);
      if (k < 2 && t % (examples_ + 1) == examples_) {
        token[d + 1 + k] = 1;
        continue;
      }
      const double y = answer(k < 2 ? task.data() + k * d : target.data());
      for (std::size_t c = 0; c < d; ++c) token[c] = static_cast<float>(x[c]);
      if (k < 2) {
        token[d] = static_cast<float>(y);
      } else {
        values(into, b)[0] = static_cast<float>(y);
      }
    }
  }

  PromptPrior prior_;
  std::size_t examples_;
};

train::TrainConfig train_config(const Parameters& params) {
  train::TrainConfig config;
  const std::string& kind = params.text("attention");
  config.model.dim = static_cast<int>(params.integer("width"));
  config.model.attention = kind == "linear" ? "linear" : "gated_linear";
  config.model.gate = kind == "vector" ? nn::Gate::vector : nn::Gate::scalar;
  config.model.skip = false;
  config.model.norm = "none";
  config.model.positions = "none";
  config.model.mask = Mask::causal();
  config.optimizer = nn::defaults("adam");
  config.optimizer.rate = params.real("rate");
  config.optimizer.clip = 1;
  config.steps = params.count("steps");
  config.schedule = {.decay = "cosine", .steps = static_cast<std::int64_t>(config.steps)};
  config.evaluate_every = std::max<std::size_t>(1, config.steps / 20);
  config.evaluation_batches = 8;
  return config;
}

void run(const Trial& trial, Result& result) {
  const Parameters& params = trial.params;
  const std::size_t examples = params.count("examples");
  const PromptPrior prior = task_blocks(Values{params.real("first"), params.real("second")}, examples,
                                        params.count("dim"), params.real("noise"));
  const TwoTasks task(prior, examples, params.count("batch"), trial.stream("prompts"));
  train::Trainer trainer(train_config(params), task, trial.stream("model"));
  const train::Outcome outcome = train::train(trainer, train::hooks_of(trial));
  const train::Curve& loss = outcome.history["loss"];
  result.series("loss", loss.step, loss.value);
  if (!outcome.divergence.empty()) return result.diverged(outcome.divergence);

  const std::string& kind = params.text("attention");
  const Vector weights = optimal_weights(prior);
  const double optimal = weighted_risk(prior, weights),
               uniform = weighted_risk(prior, uniform_weights(prior)),
               rising = weighted_risk(prior, rising_weights(prior));
  const std::size_t batches = params.count("test_batches");
  train::TrainConfig test = train_config(params);
  test.evaluation_batches = batches;
  train::Trainer tester(test, task, trial.stream("model"));
  std::ranges::copy(trainer.tape().parameters(), tester.tape().parameters().begin());
  const double model = tester.evaluate().loss;
  double weighted = 0, bayes = 0;
  tasks::Batch batch;
  for (std::size_t k = 0; k < batches; ++k) {  // the batches that evaluate() takes
    trial.check();
    task.batch(tasks::Part::held_out, k, batch);
    weighted += task.squared_errors(batch, [&](const Matrix& x, const Vector& y, const Vector& query) {
      return xt::sum(xt::linalg::dot(xt::transpose(x), Vector(weights * y)) * query)();
    });
    bayes += task.squared_errors(batch, [&](const Matrix& x, const Vector& y, const Vector& query) {
      return bayes_prediction(prior, x, y, query);
    });
  }
  const auto prompts = static_cast<double>(batches * task.config().batch);
  const double risk = model - weighted / prompts + optimal;
  result.scalar("risk", risk);
  result.scalar("risk_theory", kind == "linear" ? uniform : kind == "scalar" ? rising : optimal);
  result.scalar("risk_optimal", optimal);
  result.scalar("risk_uniform", uniform);
  result.scalar("risk_rising", rising);
  result.scalar("risk_bayes", (bayes - weighted) / prompts + optimal);
  result.scalar("weighted_measured", weighted / prompts);
  result.scalar("excess", risk / optimal - 1);
  result.scalar("over_uniform", risk / uniform - 1);
  result.scalar("over_theory", risk / (kind == "linear" ? uniform : kind == "scalar" ? rising : optimal) - 1);
}

Experiment make() {
  Experiment experiment;
  experiment.name = "gated_linear_attention";
  experiment.version = 1;
  experiment.doc =
      "Linear attention with and without gates, trained on in-context regression from two tasks.";
  experiment.parameters = {
      choice("attention", "scalar", {"linear", "scalar", "vector"},
             "no gates, one gate, one for each coordinate"),
      real("second", 0.9, "correlation of the second task with the query's").range(0, 1),
      real("first", "correlation of the first task with the query's")
          .range(0, 1)
          .derived("1 - second", [](const Parameters& p) { return 1 - p.real("second"); }),
      integer("dim", 3, "width of x").range(1, 64),
      integer("examples", 8, "of each task").range(1, 256),
      real("noise", 0.3, "standard deviation of y; 0 only where a task has no more examples than dim")
          .at_least(0),
      integer("width", 16, "of the model").range(1, 512),
      integer("steps", 2000, "of Adam").range(1, 10000000),
      integer("batch", 32, "prompts a step").range(1, 4096),
      real("rate", 0.01, "peak learning rate, which falls to 0 by a cosine").above(0),
      integer("test_batches", 128, "held-out batches of the final risk").range(1, 100000),
  };
  experiment.scalars = {
      {"risk", "", "mean squared error of the trained model", "", Bits::rounded},
      {"risk_theory", "", "the least that this kind of attention can reach by weighting", "", Bits::rounded},
      {"risk_optimal", "", "of the optimal weighting", "", Bits::rounded},
      {"risk_uniform", "", "of the best equal weights", "", Bits::rounded},
      {"risk_rising", "", "of the best rising weights", "", Bits::rounded},
      {"risk_bayes", "", "of the Bayes estimator, measured on the same prompts", "", Bits::rounded},
      {"weighted_measured", "", "of the optimal weighting, measured on the same prompts", "", Bits::rounded},
      {"excess", "", "risk over risk_optimal, minus 1", "", Bits::rounded},
      {"over_uniform", "", "risk over risk_uniform, minus 1", "", Bits::rounded},
      {"over_theory", "", "risk over risk_theory, minus 1", "", Bits::rounded},
  };
  experiment.series = {{"loss", "", "held-out mean squared error during training", "step", Bits::exact}};
  experiment.run = run;
  experiment.check = [](const Parameters& p) -> std::string {
    // Without noise the answers to more examples than dimensions depend on one another linearly. The Bayes
    // estimator then has no unique solution. Two tasks that are both the query's own count as one.
    const bool same = p.real("first") == 1 && p.real("second") == 1;
    const std::int64_t examples = (same ? 2 : 1) * p.integer("examples");
    if (p.real("noise") > 0 || examples <= p.integer("dim")) return "";
    return fmt::format(
        "noise is 0, and {} examples of one task in {} dimensions leave the Bayes estimator undetermined: "
        "set noise above 0, or examples to {} or less",
        examples, p.integer("dim"), p.integer("dim") / (same ? 2 : 1));
  };
  experiment.cost = [](const Parameters& p) {
    return p.real("steps") * p.real("batch") * p.real("examples");
  };
  return experiment;
}

}  // namespace
}  // namespace qklab

QKLAB_EXPERIMENT(qklab::make)
