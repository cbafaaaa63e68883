// gated_linear_attention: in-context regression from prompts of several tasks, with and without gates.
//
// After Li, Tarzanagh, Rawat, Fazel and Oymak, "Gating is Weighting: Understanding Gated Linear Attention
// through In-context Learning" (COLM 2025, arXiv 2504.04308): one layer of gated linear attention,
//     S_t = S_t-1 diag(g_t) + v_t k_t^T,   o_t = S_t q_t,
// implements one step of weighted preconditioned gradient descent; its gates are the weights of the examples.
// Trained, it reaches the risk of the optimal weighting; linear attention, which weighs examples equally,
// does not where tasks differ in their correlation with the query. Scalar gates multiply into weights that
// can only rise along the prompt; vector gates can forget by coordinate and so weigh freely.
//
// Prompt: `examples` pairs (x_i, y_i) of a first task, a delimiter, as many of a second, another delimiter (with
// `tasks: 3` a third of each), the query (x, 0). Tasks have correlations `first`, `second` and `third` with the query's.
// Tokens are (x, y, a flag for each delimiter, 1), a flag being 1 on its delimiter and the 1 standing on all tokens, which gives gates a bias.
// Estimators in closed form: core/theory/weighted_estimator.hpp. Each trial trains one model by Adam on fresh
// prompts, and tells the mean squared error on held-out prompts; `risk` subtracts the chance of these
// prompts, by what the optimal weighting gets on the same ones (a control variate).
//
// With `layers` above 1 the layers have skips, and the risk is held against as many steps of weighted gradient descent
// (core/theory/weighted_steps.hpp), whose weights are fitted to prompts. There is one difference: attention is causal, so
// that a layer's correction of an example knows the examples before it alone. With `explain` predictions on unseen prompts
// are regressed on y_i x_i . x: `weight` are the coefficients along the prompt, `weight_theory` the optimal weights of one
// step, and `explained` the share of the predictions' variance that such weights account for.
//
// Reproduced: risks of trained models against optimal weighting, scalar against vector gates, order of tasks.
// Own reading: isotropic data, K = 2 or 3 tasks independent given the query's, delimiters as flags, the limit for
// scalar gates as the best rising weights. Out of reach: the landscape theorem itself (uniqueness up to
// scale).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>
#include <xtensor-blas/xlinalg.hpp>

#include "core/theory/weighted_estimator.hpp"
#include "core/theory/weighted_steps.hpp"
#include "core/train/of_trial.hpp"
#include "core/trial/experiment.hpp"

namespace qklab {
namespace {

using Values = xt::xtensor<double, 1>;

// Prompts as a task to train on.
class SeveralTasks : public tasks::Task {
 public:
  SeveralTasks(const PromptPrior& prior, std::size_t tasks, std::size_t examples, std::size_t batch,
               Stream stream)
      : Task(task_config(tasks, examples, batch), task_shape(tasks, examples, prior.dim), stream),
        prior_(prior),
        tasks_(tasks),
        examples_(examples) {}

  tasks::Floor floor() const override {
    return {std::nullopt, "the Bayes risk is measured on held-out prompts"};
  }

  // What the prompts of a batch are to an estimator.
  std::vector<RegressionPrompt> prompts(const tasks::Batch& batch) const {
    const std::size_t n = tasks_ * examples_, channels = shape().channels, d = prior_.dim;
    std::vector<RegressionPrompt> all;
    for (std::size_t b = 0; b < config().batch; ++b) {
      RegressionPrompt prompt{xt::empty<double>({n, d}), xt::empty<double>({n}), xt::empty<double>({d}),
                              batch.values[b]};
      const float* token = batch.vectors.data() + b * shape().length * channels;
      for (std::size_t i = 0; i < n; ++i) {
        const float* at = token + (i + i / examples_) * channels;
        for (std::size_t k = 0; k < d; ++k) prompt.x(i, k) = at[k];
        prompt.y(i) = at[d];
      }
      for (std::size_t k = 0; k < d; ++k) prompt.query(k) = token[(shape().length - 1) * channels + k];
      all.push_back(std::move(prompt));
    }
    return all;
  }

  // Squared errors of an estimator on one batch, summed.
  template <class Predict> double squared_errors(const tasks::Batch& batch, const Predict& predict) const {
    double sum = 0;
    for (const RegressionPrompt& prompt : prompts(batch)) {
      const double error = prompt.answer - predict(prompt);
      sum += error * error;
    }
    return sum;
  }

 private:
  static tasks::TaskConfig task_config(std::size_t tasks, std::size_t examples, std::size_t batch) {
    tasks::TaskConfig config;
    config.kind = "several tasks";
    config.length = tasks * (examples + 1) + 1;
    config.batch = batch;
    return config;
  }
  static tasks::TaskShape task_shape(std::size_t tasks, std::size_t examples, std::size_t d) {
    return {.length = tasks * (examples + 1) + 1,
            .channels = d + tasks + 2,
            .outputs = 1,
            .real_targets = true,
            .last_only = true};
  }

  void sequence(tasks::Part, Stream& random, std::size_t b, tasks::Batch& into) const override {
    const std::size_t d = prior_.dim, channels = shape().channels;
    const auto width = static_cast<double>(d);
    // b, then b_k = r_k b + sqrt(1 - r_k^2) e_k: correlations r_k with b, r_1 r_2 between tasks.
    std::vector<double> target(d), task(tasks_ * d), x(d);
    for (double& v : target) v = random.normal() / std::sqrt(width);
    for (std::size_t k = 0; k < tasks_; ++k) {
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
      token[d + tasks_ + 1] = 1;
      const std::size_t k = t / (examples_ + 1);
      if (k < tasks_ && t % (examples_ + 1) == examples_) {
        token[d + 1 + k] = 1;
        continue;
      }
      const double y = answer(k < tasks_ ? task.data() + k * d : target.data());
      for (std::size_t c = 0; c < d; ++c) token[c] = static_cast<float>(x[c]);
      if (k < tasks_) {
        token[d] = static_cast<float>(y);
      } else {
        values(into, b)[0] = static_cast<float>(y);
      }
    }
  }

  PromptPrior prior_;
  std::size_t tasks_, examples_;
};

train::TrainConfig train_config(const Parameters& params) {
  train::TrainConfig config;
  const std::string& kind = params.text("attention");
  config.model.dim = static_cast<int>(params.integer("width"));
  config.model.attention = kind == "linear" ? "linear" : "gated_linear";
  config.model.gate = kind == "vector" ? nn::Gate::vector : nn::Gate::scalar;
  config.model.layers = static_cast<int>(params.integer("layers"));
  config.model.skip = config.model.layers > 1;
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

// Prompts that no step of training has seen.
std::vector<RegressionPrompt> unseen(const SeveralTasks& task, std::size_t steps, std::size_t batches) {
  std::vector<RegressionPrompt> all;
  tasks::Batch batch;
  for (std::size_t k = 0; k < batches; ++k) {
    task.batch(tasks::Part::train, steps + k, batch);
    for (RegressionPrompt& prompt : task.prompts(batch)) all.push_back(std::move(prompt));
  }
  return all;
}

// The weights of the examples by which the trained model's predictions are best explained.
void record_weights(train::Trainer& trainer, const SeveralTasks& task, const Vector& optimal,
                    std::size_t batches, Result& result) {
  const std::size_t n = optimal.size(), steps = trainer.config().steps, length = task.shape().length;
  const std::vector<RegressionPrompt> prompts = unseen(task, steps, batches);
  Matrix features = xt::empty<double>({prompts.size(), n});
  Vector predicted = xt::empty<double>({prompts.size()});
  for (std::size_t p = 0; p < prompts.size(); ++p) {
    const std::size_t place = p % task.config().batch;
    if (place == 0) trainer.gradients(steps + p / task.config().batch);
    predicted(p) = static_cast<double>(trainer.model().output.value()[place * length + length - 1]);
    for (std::size_t i = 0; i < n; ++i) {
      double along = 0;
      for (std::size_t c = 0; c < prompts[p].query.size(); ++c)
        along += prompts[p].x(i, c) * prompts[p].query(c);
      features(p, i) = prompts[p].y(i) * along;
    }
  }
  const Matrix square = xt::linalg::dot(xt::transpose(features), features);
  const Vector weights =
      xt::linalg::solve(square, Vector(xt::linalg::dot(xt::transpose(features), predicted)));
  const Vector rest = predicted - xt::linalg::dot(features, weights);
  std::vector<double> place;
  for (std::size_t i = 0; i < n; ++i) place.push_back(static_cast<double>(i + 1));
  result.series("weight", place, {weights.begin(), weights.end()});
  result.series("weight_theory", place, {optimal.begin(), optimal.end()});
  result.scalar("explained", 1 - xt::sum(rest * rest)() / xt::sum(predicted * predicted)());
  const Vector distance = weights - optimal;
  result.scalar("weight_error", std::sqrt(xt::sum(distance * distance)() / xt::sum(optimal * optimal)()));
}

void run(const Trial& trial, Result& result) {
  const Parameters& params = trial.params;
  const std::size_t examples = params.count("examples");
  Values correlations = {params.real("first"), params.real("second")};
  if (params.count("tasks") == 3) correlations = {correlations(0), correlations(1), params.real("third")};
  const PromptPrior prior = task_blocks(correlations, examples, params.count("dim"), params.real("noise"));
  const SeveralTasks task(prior, correlations.size(), examples, params.count("batch"),
                          trial.stream("prompts"));
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
  double weighted = 0, bayes = 0, stepwise = 0;
  tasks::Batch batch;
  Matrix step_weights;
  if (params.flag("explain")) {
    record_weights(trainer, task, weights, batches, result);
    step_weights =
        fit_steps(unseen(task, params.count("steps"), batches), correlations.size(), params.count("layers"));
  }
  for (std::size_t k = 0; k < batches; ++k) {  // the batches that evaluate() takes
    trial.check();
    task.batch(tasks::Part::held_out, k, batch);
    weighted += task.squared_errors(batch, [&](const RegressionPrompt& p) {
      return xt::sum(xt::linalg::dot(xt::transpose(p.x), Vector(weights * p.y)) * p.query)();
    });
    bayes += task.squared_errors(
        batch, [&](const RegressionPrompt& p) { return bayes_prediction(prior, p.x, p.y, p.query); });
    if (params.flag("explain"))
      stepwise += task.squared_errors(
          batch, [&](const RegressionPrompt& p) { return steps_prediction(p, step_weights); });
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
  if (params.flag("explain")) {
    const double steps = (stepwise - weighted) / prompts + optimal,
                 least = (bayes - weighted) / prompts + optimal;
    result.scalar("risk_steps", steps);
    result.scalar("over_steps", risk / steps - 1);
    result.scalar("way_to_bayes", (optimal - risk) / (optimal - least));
  }
  result.scalar("over_theory", risk / (kind == "linear" ? uniform : kind == "scalar" ? rising : optimal) - 1);
}

Experiment make() {
  Experiment experiment;
  experiment.name = "gated_linear_attention";
  experiment.version = 1;
  experiment.doc =
      "Linear attention with and without gates, trained on in-context regression from several tasks.";
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
      integer("layers", 1, "of attention; with more than one, each is added to its input")
          .range(1, 64)
          .added_later(),
      integer("tasks", 2, "of a prompt").range(2, 3).added_later(),
      real("third", 0.5, "correlation of the third task with the query's, where there is one")
          .range(0, 1)
          .added_later(),
      boolean("explain", false,
              "records weights of the examples, and the risk of as many steps as there are layers")
          .added_later(),
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
      {"risk_steps", "", "of as many steps of weighted gradient descent as there are layers", "",
       Bits::rounded, true},
      {"over_steps", "", "risk over risk_steps, minus 1", "", Bits::rounded, true},
      {"way_to_bayes", "", "share of the way from risk_optimal to risk_bayes that the model went", "",
       Bits::rounded, true},
      {"explained", "", "share of predictions' squares that weights of examples account for", "",
       Bits::rounded, true},
      {"weight_error", "", "distance of weights from the optimal ones, relative to these", "", Bits::rounded,
       true},
  };
  experiment.series = {
      {"loss", "", "held-out mean squared error during training", "step", Bits::exact},
      {"weight", "", "weight of an example in the trained model's prediction", "example", Bits::rounded,
       true},
      {"weight_theory", "", "the same in the optimal weighting of one step", "example", Bits::rounded, true},
  };
  experiment.overlays = {{"weight", "weight_theory"}};
  experiment.run = run;
  experiment.check = [](const Parameters& p) -> std::string {
    const std::int64_t prompts = p.integer("test_batches") * p.integer("batch"),
                       all = p.integer("tasks") * p.integer("examples");
    if (p.flag("explain") && prompts < 4 * all) {
      return fmt::format(
          "explain regresses predictions for {} prompts on {} examples: set test_batches to {} or more, for "
          "four "
          "prompts an example",
          prompts, all, (4 * all + p.integer("batch") - 1) / p.integer("batch"));
    }
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
