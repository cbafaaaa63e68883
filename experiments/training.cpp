// Training: a transformer learns a task from scratch, from query-key matrices of a prescribed eigenspectrum.
//
// Data depend on the task's parameters and the seed alone, so that trials that differ in the model or the
// optimizer learn from the same batches; initial parameters are drawn for each trial unless init.common is set.
#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "core/base/elementary.hpp"
#include "core/train/model_file.hpp"
#include "core/train/of_trial.hpp"
#include "core/train/trace.hpp"
#include "core/trial/experiment.hpp"

namespace qklab {
namespace {

using namespace train;

// Drawn for each trial, or once for all trials of a seed and a task: arrays of equal shape then have equal draws, as
// each has a stream of its own.
Stream initial_draws(const Trial& trial, const Training& training) {
  return training.common_draws ? trial.shared_stream("training: initial", task_key(training.task))
                               : trial.stream("initial");
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

// What the loss is to be held against, beside each of its values.
void record_standards(const tasks::Floor& floor, const tasks::Baseline& baseline,
                      const std::map<std::string, Curve>& curves, Result& result) {
  const auto loss = curves.find("loss");
  const auto record = [&](const char* name, const char* series, const std::optional<double>& value) {
    if (!value) return;
    result.scalar(name, *value);
    if (loss != curves.end()) record_level(result, series, loss->second, *value);
  };
  record("floor", "loss_floor", floor.value);
  record("baseline", "loss_baseline", baseline.value);
  if (baseline.position) result.scalar("baseline_position", *baseline.position);
  if (!baseline.pair || !baseline.value || !baseline.position) return;  // not a text
  result.scalar("unigram_perplexity", elementary::exp(*baseline.position));
  result.scalar("bigram_perplexity", elementary::exp(*baseline.value));
  result.scalar("trigram_perplexity", elementary::exp(*baseline.pair));
}

constexpr const char* final_weights = "weights.safetensors";
std::string weights_at(std::size_t step) { return fmt::format("weights.{}.safetensors", step); }

// Whether the files of all evaluations before this step are there.
bool has_weights_before(const Trial& trial, const TrainConfig& config, std::size_t step) {
  for (std::size_t at = 0; at < step; at += config.evaluate_every)
    if (!trial.has_file(weights_at(at))) return false;
  return true;
}

// Goes on from a checkpoint only where it finds the files that the trial had written until then.
Hooks hooks_of(const Trial& trial, const Training& training) {
  Hooks hooks = resumable_hooks(trial);
  if (training.saving != Saving::evaluations || !trial.keeps_files()) return hooks;
  if (hooks.saved && !has_weights_before(trial, training.config, step_of_state(*hooks.saved)))
    hooks.saved.reset();
  hooks.evaluated = [&trial](Trainer& trainer, std::size_t step, History&) {
    trial.file(weights_at(step), model_bytes(trainer, step));
  };
  return hooks;
}

void record_weights(const Trial& trial, const Training& training, Trainer& trainer, const Outcome& outcome,
                    Result& result) {
  if (training.saving == Saving::none || !trial.keeps_files()) return;
  const auto loss = outcome.history.curves().find("loss");
  if (training.saving == Saving::evaluations && loss != outcome.history.curves().end())
    for (const double step : loss->second.step) result.file(weights_at(static_cast<std::size_t>(step)));
  if (outcome.stopped || !outcome.divergence.empty()) return;
  trial.file(final_weights, model_bytes(trainer, outcome.steps));
  result.file(final_weights);
}

void run(const Trial& trial, Result& result) {
  const Parameters& p = trial.params;
  const Training training = training_of(p);
  const std::unique_ptr<tasks::Task> task = task_of(trial, training.task);
  Trainer trainer(training.config, *task, initial_draws(trial, training));
  if (!training.from.empty()) start_from(trainer, training.from);
  const Outcome outcome = train::train(trainer, hooks_of(trial, training));

  const std::map<std::string, Curve>& curves = outcome.history.curves();
  for (const auto& [name, curve] : curves) result.series(name, curve.step, curve.value);
  const tasks::Floor floor = task->floor();
  const tasks::Baseline baseline = task->baseline(training.config.evaluation_batches);
  record_standards(floor, baseline, curves, result);
  result.scalar("updates", static_cast<double>(outcome.steps));
  record_weights(trial, training, trainer, outcome, result);
  if (!outcome.divergence.empty()) return result.diverged(outcome.divergence);
  if (outcome.stopped) return result.pruned(outcome.steps);
  result.scalar("final_loss", outcome.last.loss);
  result.scalar("final_accuracy", outcome.last.accuracy);
  if (const auto entropy = mean_at_end(outcome.history.curves(), "entropy."))
    result.scalar("final_entropy", *entropy / std::log(p.real("length")));
  if (baseline.value) result.scalar("over_baseline", outcome.last.loss - *baseline.value);
  if (floor.value) result.scalar("excess", outcome.last.loss - *floor.value);
  if (floor.value > 0.0) result.scalar("relative_excess", outcome.last.loss / *floor.value - 1);
  if (const auto share = Standards{floor.value, baseline.value}.above_baseline(outcome.last.loss))
    result.scalar("above_baseline", *share);
  if (p.text("task") == "text") result.scalar("perplexity", elementary::exp(outcome.last.loss));
  if (const auto bytes = task->bytes_a_symbol())
    result.scalar("bits_per_byte", outcome.last.loss / (std::numbers::ln2 * *bytes));
}

void trace(const Trial& trial, const std::string& directory) {
  const Training training = training_of(trial.params);
  const std::unique_ptr<tasks::Task> task = task_of(trial, training.task);
  Trainer trainer(training.config, *task, initial_draws(trial, training));
  if (!training.from.empty()) start_from(trainer, training.from);
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
  const double activations = layers * (30 * dim + 8 * ffn + 5 * heads * length) + 14 * dim;
  // Many logits are held for some rows at a time, and the gradient of their weight is kept.
  const double few = 1 << 22;
  const double logits = tokens * outputs > few ? 4 * few + 2 * outputs * dim : 10 * tokens * outputs;
  const double block = dim * (2 * dim + 2 * ffn + (p.flag("combined") ? heads * dim : 2 * dim));
  const double parameters = layers * block + dim * (2 * outputs + p.real("max_length"));
  return 4 * (tokens * activations + logits + 8 * parameters);
}

Experiment make() {
  Experiment experiment;
  experiment.name = "training";
  experiment.version = 1;
  experiment.doc = "A transformer learns a task from query-key matrices of a prescribed eigenspectrum.";
  experiment.parameters = schema();
  experiment.scalars = {
      {"final_loss", "", "held-out loss at the end: nats a symbol, or squared error", "", Bits::exact},
      {"floor", "", "lowest expected loss of any model; not set where it is not known", "", Bits::rounded},
      {"excess", "", "final_loss - floor", "", Bits::rounded},
      {"relative_excess", "", "excess / floor, where that is not 0", "", Bits::rounded},
      {"final_accuracy", "", "held-out accuracy at the end, by the task's definition", "", Bits::exact},
      {"final_entropy", "", "attention entropy at the end, mean over layers and heads, over log T", "",
       Bits::rounded, false, Range{0, 1}},
      {"perplexity", "", "exp(final_loss), of task text", "", Bits::exact},
      {"bits_per_byte", "bits", "final_loss for each byte of the held-out text, whatever a symbol is", "",
       Bits::exact, true},
      {"updates", "", "updates made", "", Bits::exact},
      {"baseline", "", "lowest expected loss from the position and its own token alone: without attention",
       "", Bits::exact, true},
      {"baseline_position", "", "the same from the position alone", "", Bits::exact, true},
      {"above_baseline", "", "share of the way from baseline to floor; negative: worse than the baseline", "",
       Bits::rounded, true},
      {"over_baseline", "", "final_loss - baseline; negative: better than without attention", "", Bits::exact,
       true},
      {"unigram_perplexity", "", "of task text, on the held-out targets: Kneser-Ney from no symbol", "",
       Bits::exact, true},
      {"bigram_perplexity", "", "the same from the own symbol, exp(baseline)", "", Bits::exact, true},
      {"trigram_perplexity", "", "the same from the own symbol and the one before", "", Bits::exact, true},
  };
  experiment.series = {
      {"loss", "", "held-out loss: nats a symbol, or squared error", "step", Bits::exact},
      {"loss_floor", "", "the scalar floor at each step, to stand beside loss", "step", Bits::rounded},
      {"loss_baseline", "", "the scalar baseline at each step", "step", Bits::exact, true},
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
      {"residual.L", "", "rank residual of layer L's output; 0: all tokens are equal", "step", Bits::rounded,
       false, Range{0, 1}},
  };
  experiment.files = {
      {"weights.safetensors", "", "parameters at the end; not of trials that diverged", "", Bits::exact},
      {"weights.S.safetensors", "", "parameters at evaluation S, before that update", "step", Bits::exact},
  };
  experiment.overlays = {{"loss", "loss_floor", "floor"}};
  experiment.baselines = {{"loss", "loss_baseline", "no attention"},
                          {"final_loss", "baseline", "no attention", "floor"}};
  experiment.run = run;
  experiment.stops = true;
  experiment.trace = trace;
  experiment.cost = cost;
  experiment.memory = memory;
  experiment.check = problem;
  return experiment;
}

}  // namespace
}  // namespace qklab

QKLAB_EXPERIMENT(qklab::make)
