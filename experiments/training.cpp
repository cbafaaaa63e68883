// Training: a transformer learns a task from scratch, from query-key matrices of a prescribed eigenspectrum.
//
// Data depend on the task's parameters and the seed alone, so that trials that differ in the model or the
// optimizer learn from the same batches; initial parameters are drawn for each trial.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/elementary.hpp"
#include "core/train/loop.hpp"
#include "core/train/trace.hpp"
#include "core/trial/experiment.hpp"

namespace qklab {
namespace {

using namespace train;

const tasks::TaskKind& info(const Parameters& p) {
  return Registry<tasks::TaskKind>::all().at(p.text("task"));
}

tasks::TaskConfig task_config(const Parameters& p) {
  return {.kind = chosen<tasks::TaskKind>(p, "task"),
          .length = p.count("length"),
          .batch = p.count("batch"),
          .vocabulary = p.count("vocabulary"),
          .features = p.count("features"),
          .examples = p.count("examples"),
          .noise = p.real("noise"),
          .text = p.text("task") == "text" ? p.text("text") : "",
          .held_out = p.text("task") == "text" ? p.text("held_out") : "",
          .unit = p.text("unit")};
}

std::unique_ptr<tasks::Task> make_task(const Parameters& p) {
  const tasks::TaskConfig config = task_config(p);
  return tasks::make_task(config, {p.count("seed"), task_key(config), "task"});
}

nn::ModelConfig model_config(const Parameters& p) {
  const auto whole = [&p](const char* name) { return static_cast<int>(p.integer(name)); };
  return {.length = whole("length"),
          .max_length = whole("max_length"),
          .dim = whole("dim"),
          .heads = whole("heads"),
          .layers = whole("layers"),
          .ffn = whole("ffn"),
          .skip = p.flag("skip"),
          .norm = chosen<nn::NormKind>(p, "norm"),
          .mask = p.flag("causal") ? Mask::causal() : Mask::none(),
          .attention = chosen<nn::AttentionKind>(p, "attention"),
          .positions = chosen<nn::PositionsKind>(p, "positions"),
          .combined = p.flag("combined")};
}

nn::OptimizerConfig optimizer_config(const Parameters& p) {
  nn::OptimizerConfig config = nn::defaults(chosen<nn::OptimizerKind>(p, "optimizer"));
  config.rate = p.real("lr");
  config.momentum = p.real("momentum");
  config.beta1 = p.real("beta1");
  config.beta2 = p.real("beta2");
  config.weight_decay = p.real("weight_decay");
  config.power = p.real("power");
  config.clip = p.real("clip");
  return config;
}

TrainConfig train_config(const Parameters& p) {
  TrainConfig config;
  config.model = model_config(p);
  config.initialization.kind = chosen<nn::InitializationKind>(p, "init.kind");
  config.initialization.spectrum = {p.real("init.mean"), p.real("init.variance")};
  config.initialization.input_variance = p.real("init.input");
  config.optimizer = optimizer_config(p);
  config.steps = p.count("steps");
  config.schedule = {.decay = chosen<nn::ScheduleKind>(p, "schedule"),
                     .warmup = p.integer("warmup"),
                     .steps = p.integer("steps")};
  config.regularizer = {.kind = chosen<nn::RegularizerKind>(p, "regularizer"),
                        .strength = p.real("strength"),
                        .keep = value_of(nn::trace_keeps, p.text("keep")),
                        .squares = value_of(nn::squares_kinds, p.text("squares"))};
  nn::configure(config.regularizer, config.model, config.optimizer);
  config.evaluate_every = p.count("evaluate_every");
  config.evaluation_batches = p.count("evaluation_batches");
  config.patience = p.count("patience");
  return config;
}

std::string check(const Parameters& p) {
  if (const std::string why = tasks::problem(task_config(p)); !why.empty()) return why;
  if (info(p).next_token && !p.flag("causal")) {
    return fmt::format(
        "task {} predicts the next symbol, which a model that is not causal sees: set causal to true",
        p.text("task"));
  }
  if (p.text("regularizer") == "weight_decay" && p.real("weight_decay") > 0)
    return "weight decay is set twice: by regularizer with strength, and by weight_decay; leave one out";
  TrainConfig config = train_config(p);
  config.model.vocabulary = config.model.outputs = 2;  // the task's, which are fit to it
  std::vector<std::string> problems = nn::problems(config.model);
  for (const auto& more : {nn::problems(config.optimizer), nn::problems(config.regularizer)})
    problems.insert(problems.end(), more.begin(), more.end());
  const bool uneven = p.integer("dim") % p.integer("heads") != 0;
  return fmt::format("{}{}", fmt::join(problems, "; "),
                     uneven ? ", in a sweep by where: \"dim % heads == 0\"" : "");
}

// The mean of the last values of all series of a family ("entropy."); none where there is no such series.
std::optional<double> mean_at_end(const std::map<std::string, Curve>& curves, std::string_view family) {
  double sum = 0, count = 0;
  for (const auto& [name, curve] : curves) {
    if (!name.starts_with(family)) continue;
    sum += curve.value.back();
    ++count;
  }
  return count > 0 ? std::optional(sum / count) : std::nullopt;
}

void run(const Trial& trial, Result& result) {
  const Parameters& p = trial.params;
  const std::unique_ptr<tasks::Task> task = make_task(p);
  Trainer trainer(train_config(p), *task, trial.stream("initial"));
  Hooks hooks;
  hooks.check = [&trial] { trial.check(); };
  hooks.progress = [&trial](std::size_t step, std::size_t of) { trial.progress(step, of); };
  hooks.save_due = [&trial] { return trial.save_due(); };
  hooks.save = [&trial](const std::string& state) { trial.save(state); };
  hooks.saved = trial.saved();
  hooks.stop_at = trial.stop_at();
  const Outcome outcome = train::train(trainer, hooks);

  const std::map<std::string, Curve>& curves = outcome.history.curves();
  for (const auto& [name, curve] : curves) result.series(name, curve.step, curve.value);
  const tasks::Floor floor = task->floor();
  if (floor.value) {
    result.scalar("floor", *floor.value);
    if (const auto loss = curves.find("loss"); loss != curves.end()) {
      const std::vector<double>& step = loss->second.step;
      result.series("loss_floor", step, std::vector<double>(step.size(), *floor.value));
    }
  }
  result.scalar("updates", static_cast<double>(outcome.steps));
  if (!outcome.divergence.empty()) return result.diverged(outcome.divergence);
  if (outcome.stopped) return result.pruned(outcome.steps);
  result.scalar("final_loss", outcome.last.loss);
  result.scalar("final_accuracy", outcome.last.accuracy);
  if (const auto entropy = mean_at_end(outcome.history.curves(), "entropy."))
    result.scalar("final_entropy", *entropy / std::log(p.real("length")));
  if (floor.value) result.scalar("excess", outcome.last.loss - *floor.value);
  if (floor.value > 0.0) result.scalar("relative_excess", outcome.last.loss / *floor.value - 1);
  if (p.text("task") == "text") result.scalar("perplexity", elementary::exp(outcome.last.loss));
}

void trace(const Trial& trial, const std::string& directory) {
  const std::unique_ptr<tasks::Task> task = make_task(trial.params);
  Trainer trainer(train_config(trial.params), *task, trial.stream("initial"));
  write_trace(trainer, directory, [&trial] { trial.check(); });
}

// Multiplications of a forward pass, for the order of trials.
double cost(const Parameters& p) {
  const double length = p.real("length"), dim = p.real("dim");
  const double block = 4 * dim * dim + 2 * length * dim + 2 * dim * p.real("ffn");
  return p.real("steps") * p.real("batch") * length * (1 + p.real("layers") * block);
}

// Bytes, found by measuring: what a token leaves for the backward pass and for a reading pass, and a
// parameter with its gradient, moments and copies.
double memory(const Parameters& p) {
  const double length = p.real("length"), dim = p.real("dim"), ffn = p.real("ffn"), heads = p.real("heads"),
               layers = p.real("layers"), outputs = p.real("vocabulary");
  const double tokens = p.real("batch") * length;
  const double activations = layers * (30 * dim + 8 * ffn + 5 * heads * length) + 14 * dim + 10 * outputs;
  const double block = dim * (2 * dim + 2 * ffn + (p.flag("combined") ? heads * dim : 2 * dim));
  const double parameters = layers * block + dim * (2 * outputs + p.real("max_length"));
  return 4 * (tokens * activations + 8 * parameters);
}

Parameter by_task(Parameter parameter, std::function<Value(const tasks::TaskKind&)> value) {
  return parameter.derived("the task's", [value](const Parameters& p) { return value(info(p)); });
}

Schema parameters() {
  const auto count = [](const char* name, std::int64_t fallback, const char* doc) {
    return integer(name, fallback, doc).range(0, 1e9);
  };
  const auto size = [](const char* name, std::int64_t fallback, const char* doc) {
    return integer(name, fallback, doc).range(1, 1 << 20);
  };
  const auto optimizer_default = [](const char* name, double nn::OptimizerConfig::*field, const char* doc) {
    return real(name, doc).range(0, 1).derived("the optimizer's", [field](const Parameters& p) {
      return Value(nn::defaults(p.text("optimizer")).*field);
    });
  };
  const auto of_text = [](const Parameters& p) { return p.text("task") == "text"; };
  return {
      choice_of<tasks::TaskKind>("task", "sort", "what is learned; `docs/training.md` lists them"),
      size("length", 32, "positions of a sequence"),
      by_task(size("vocabulary", 16, "symbols, or how many words or characters of a text are told apart"),
              [](const auto& task) {
                return Value(static_cast<std::int64_t>(std::max<std::size_t>(task.vocabulary, 2)));
              }),
      by_task(size("features", 2, "numbers in an input vector, of regression and selection"),
              [](const auto& task) { return Value(static_cast<std::int64_t>(task.features)); }),
      size("examples", 64, "sequences of memorization"),
      real("noise", 1.0, "standard deviation of regression's y, and of selection's tokens").range(0, 1e6),
      text("text", "data/shakespeare.txt", "text file of task text, UTF-8")
          .file(of_text)
          .content({"length", "unit", "held_out"},
                   [](const Parameters& p) { return tasks::text_problem(task_config(p)); }),
      text("held_out", "", "text file that the loss is measured on; empty: the last tenth of text")
          .file(of_text)
          .content({"length", "unit", "text"},
                   [](const Parameters& p) { return tasks::held_out_problem(task_config(p)); }),
      choice("unit", "character", {"character", "word"}, "of task text"),

      size("dim", 32, "width of the residual stream"),
      size("heads", 1, "attention heads, each dim / heads wide"),
      integer("layers", 2, "blocks").range(0, 1024),
      integer("ffn", 0, "hidden width of the MLP; 0: no MLP").range(0, 1 << 20),
      boolean("skip", true, "residual connections"),
      choice_of<nn::NormKind>("norm", "pre", "where layer norm stands"),
      by_task(boolean("causal", false, "attention looks back only"),
              [](const auto& task) { return Value(task.causal); }),
      choice_of<nn::AttentionKind>("attention", "softmax", "how scores become weights"),
      choice_of<nn::PositionsKind>("positions", "learned", "how a position is told"),
      integer("max_length", "rows of the table of positions")
          .range(1, 1 << 20)
          .derived("length", [](const Parameters& p) { return Value(p.integer("length")); }),
      boolean("combined", false, "one matrix W_QK a head rather than W_q and W_k"),
      choice_of<nn::InitializationKind>(
          "init.kind", "spectrum",
          "of W_QK: init.mean and init.variance prescribed, or entries of variance 1/dim"),
      real("init.mean", 0.0, "mean of W_QK's eigenvalues").range(-1e6, 1e6),
      real("init.variance", 1.0, "variance of W_QK's eigenvalues").range(0, 1e6),
      real("init.input", 1.0,
           "variance of a coordinate of the first block's input; embedding and positions give half each")
          .range(0, 1e6)
          .later(),

      choice_of<nn::OptimizerKind>("optimizer", "adam", "how gradients become updates"),
      real("lr", 3e-3, "learning rate").range(0, 1e6),
      integer("steps", 300, "updates").range(0, 1e9),
      size("batch", 64, "sequences of a batch"),
      choice_of<nn::ScheduleKind>("schedule", "constant", "of the learning rate after the warm-up"),
      count("warmup", 0, "steps of linear rise of the learning rate"),
      real("clip", 0.0, "global norm to which gradients are scaled down; 0: never").range(0, 1e6),
      real("weight_decay", "of the optimizer")
          .range(0, 1e6)
          .derived("the optimizer's",
                   [](const Parameters& p) { return Value(nn::defaults(p.text("optimizer")).weight_decay); }),
      real("momentum", 0.9, "of momentum and nesterov").range(0, 1),
      optimizer_default("beta1", &nn::OptimizerConfig::beta1, "of adam, adamw and lion"),
      optimizer_default("beta2", &nn::OptimizerConfig::beta2, "of adam, adamw and lion"),
      real("power", 3.0, "p of mirror descent").above(1),
      choice_of<nn::RegularizerKind>("regularizer", "none", "of the eigenspectrum"),
      real("strength", 0.0, "of locater and weight_decay").range(0, 1e6),
      choice("keep", "init", names_of(nn::trace_keeps), "how locater keeps tr W_QK"),
      choice("squares", "trace", names_of(nn::squares_kinds),
             "what locater penalizes: tr(W_QK^2) or tr(W_QK W_QK^T)"),

      integer("evaluate_every", "steps between evaluations")
          .range(1, 1e9)
          .derived(
              "steps / 20",
              [](const Parameters& p) { return Value(std::max<std::int64_t>(1, p.integer("steps") / 20)); }),
      size("evaluation_batches", 4, "held-out batches of an evaluation"),
      count("patience", 0, "evaluations without a new lowest loss that end training; 0: none do"),
  };
}

Experiment make() {
  Experiment experiment;
  experiment.name = "training";
  experiment.version = 1;
  experiment.doc = "A transformer learns a task from query-key matrices of a prescribed eigenspectrum.";
  experiment.parameters = parameters();
  experiment.scalars = {
      {"final_loss", "", "held-out loss at the end: nats a symbol, or squared error", "", Bits::exact},
      {"floor", "", "lowest expected loss of any model; not set where it is not known", "", Bits::rounded},
      {"excess", "", "final_loss - floor", "", Bits::rounded},
      {"relative_excess", "", "excess / floor, where that is not 0", "", Bits::rounded},
      {"final_accuracy", "", "held-out accuracy at the end, by the task's definition", "", Bits::exact},
      {"final_entropy", "", "attention entropy at the end, mean over layers and heads, over log T", "",
       Bits::rounded},
      {"perplexity", "", "exp(final_loss), of task text", "", Bits::exact},
      {"updates", "", "updates made", "", Bits::exact},
  };
  experiment.series = {
      {"loss", "", "held-out loss: nats a symbol, or squared error", "step", Bits::exact},
      {"loss_floor", "", "the scalar floor at each step, to stand beside loss", "step", Bits::rounded},
      {"accuracy", "", "held-out accuracy, by the task's definition", "step", Bits::exact},
      {"train_loss", "", "loss of the training batch of this step", "step", Bits::exact},
      {"grad_norm", "", "norm of all gradients on the training batch of this step, before clipping", "step",
       Bits::exact},
      {"entropy.L.H", "nats", "attention entropy of layer L, head H; not of linear attention", "step",
       Bits::rounded},
      {"mean.L.H", "", "mean of W_QK's eigenvalues", "step", Bits::exact},
      {"variance.L.H", "", "variance of W_QK's eigenvalues", "step", Bits::exact},
      {"frobenius.L.H", "", "tr(W_QK W_QK^T) / d - mean^2, the variance's Frobenius twin", "step",
       Bits::exact},
      {"spectral.L.H", "", "spectral norm of W_QK", "step", Bits::rounded},
      {"residual.L", "", "rank residual of layer L's output; 0: all tokens are equal", "step", Bits::rounded},
  };
  experiment.overlays = {{"loss", "loss_floor"}};
  experiment.run = run;
  experiment.stops = true;
  experiment.trace = trace;
  experiment.cost = cost;
  experiment.memory = memory;
  experiment.check = check;
  return experiment;
}

}  // namespace
}  // namespace qklab

QKLAB_EXPERIMENT(qklab::make)
