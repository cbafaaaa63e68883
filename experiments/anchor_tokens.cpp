// anchor_tokens: tokens that all others attend to, and an intervention on the eigenspectrum against them.
//
// After Tang et al. (TAME, ICLR 2025), who study anchor tokens and the probability of propagation with
// sparsemax in place of softmax, and set
//     W' = gamma log(eta + 1e-6) W / sqrt(eta),   eta = tr(W^2),
// for every head's query-key matrix W, gamma learned from 1. Below eta = 1 the logarithm is negative: there W'
// has the opposite sign of W while gamma is positive, and it vanishes at eta = 1 - 1e-6, so that training
// which lets eta sink through 1 reverses attention. At the start eta = dim (mean^2 + variance), far above. The
// claim here: this lowers over-propagation to anchors at equal loss.
//
// A model is trained on a task by Adam, with and without that. On held-out sequences, with A the attention
// weights of a layer and head (T x T, or the part below the diagonal if causal), the column mean c_s is the
// average attention that token s gets from the queries that see it:
//     anchor           T max_s c_s: 1 where all tokens get equal attention, T where one gets all
//     propagation      share of pairs (query, token) that pass anything on: weight above 0 for sparsemax,
//     above
//                      1/(10 T) for softmax, which is never 0
//     over_propagation that share for the token with the largest c_s, minus propagation
// each a mean over sequences, layers and heads.
//
// Equal loss: what is compared are the values at the first evaluation with a held-out loss of at most
// `target`. A trial that does not get there has none, which leaves a claim undecided.
//
// Reproduced: emergence of anchors in training, the intervention. Own reading: all definitions above but W'
// (of the paper only its summary and this formula were at hand), small tasks in place of language modelling,
// W drawn symmetric with a prescribed spectrum, so that eta > 0 at the start.
#include <algorithm>
#include <cmath>
#include <vector>

#include "core/measure/anchors.hpp"
#include "core/tasks/task.hpp"
#include "core/train/description.hpp"
#include "core/train/of_trial.hpp"
#include "core/trial/experiment.hpp"

namespace qklab {
namespace {

// The trained model once more, recorded so that attention weights can be read.
class Reader {
 public:
  Reader(const train::TrainConfig& config, const tasks::Task& task)
      : model_(tape_, config.model, static_cast<int>(task.config().batch), nn::Use::reading), task_(task) {}

  Anchors read(train::Trainer& trainer) {
    std::ranges::copy(trainer.tape().parameters(), tape_.parameters().begin());
    task_.batch(tasks::Part::held_out, 0, batch_);
    if (!batch_.ids.empty()) std::ranges::copy(batch_.ids, model_.tokens.value().begin());
    if (!batch_.vectors.empty()) std::ranges::copy(batch_.vectors, model_.features.value().begin());
    tape_.forward();
    const auto length = static_cast<std::size_t>(model_.config.length);
    const double threshold = passing_threshold(model_.config.attention == "sparsemax", length);
    Anchors sum;
    double count = 0;
    for (const auto& layer : model_.layers) {
      const auto weights = layer.attention.weights.value();
      for (std::size_t at = 0; at < weights.size(); at += length * length) {
        const Anchors one =
            measure_anchors(weights.subspan(at, length * length), length, model_.config.mask, threshold);
        sum.anchor += one.anchor;
        sum.propagation += one.propagation;
        sum.over_propagation += one.over_propagation;
        ++count;
      }
    }
    return {sum.anchor / count, sum.propagation / count, sum.over_propagation / count, 0};
  }

 private:
  autodiff::Tape<float> tape_;
  nn::Transformer<float> model_;
  const tasks::Task& task_;
  tasks::Batch batch_;
};

train::Training training_of(const Parameters& params) {
  train::Training training;
  train::read(training, params);
  train::TrainConfig& config = training.config;
  if (training.task.kind->causal) config.model.mask = Mask::causal();
  if (params.text("intervention") == "tame") config.model.reparametrization = nn::Reparametrization::tame;
  config.initialization.kind = "spectrum";
  config.initialization.spectrum = {params.real("mean"), params.real("variance")};
  config.optimizer = nn::defaults("adam");
  config.optimizer.rate = params.real("rate");
  return training;
}

void run(const Trial& trial, Result& result) {
  const train::Training training = training_of(trial.params);
  const auto task = tasks::make_task(training.task, trial.shared_stream("anchor_tokens task"));
  train::Trainer trainer(training.config, *task, trial.shared_stream("anchor_tokens model"));
  Reader reader(trainer.config(), *task);
  train::Hooks hooks = train::hooks_of(trial);
  hooks.evaluated = [&](train::Trainer& of, std::size_t step, train::History& history) {
    const Anchors now = reader.read(of);
    history.add("anchor", step, now.anchor);
    history.add("propagation", step, now.propagation);
    history.add("over_propagation", step, now.over_propagation);
  };
  const train::Outcome outcome = train::train(trainer, hooks);
  const auto curve = [&](const char* name) -> const train::Curve& { return outcome.history[name]; };
  for (const char* name : {"loss", "anchor", "propagation", "over_propagation"}) {
    result.series(name, curve(name).step, curve(name).value);
  }
  const train::Standards standards = train::standards_of(*task, training.config.evaluation_batches);
  if (standards.floor) result.scalar("floor", *standards.floor);
  if (standards.baseline) {
    result.scalar("baseline", *standards.baseline);
    train::record_level(result, "loss_baseline", curve("loss"), *standards.baseline);
  }
  if (!outcome.divergence.empty()) return result.diverged(outcome.divergence);

  result.scalar("final_loss", outcome.last.loss);
  if (const auto share = standards.above_baseline(outcome.last.loss)) result.scalar("above_baseline", *share);
  result.scalar("final_anchor", curve("anchor").value.back());
  result.scalar("final_over_propagation", curve("over_propagation").value.back());
  const double target = trial.params.real("target");
  const auto& loss = curve("loss").value;
  const auto reached = static_cast<std::size_t>(
      std::ranges::find_if(loss, [&](double value) { return value <= target; }) - loss.begin());
  if (reached == loss.size()) return;
  result.scalar("steps_to_target", curve("loss").step[reached]);
  result.scalar("anchor_at_target", curve("anchor").value[reached]);
  result.scalar("propagation_at_target", curve("propagation").value[reached]);
  result.scalar("over_propagation_at_target", curve("over_propagation").value[reached]);
}

Experiment make() {
  Experiment experiment;
  experiment.name = "anchor_tokens";
  experiment.version = 1;
  experiment.doc =
      "Anchor tokens that draw all attention, with and without TAME's scaling of the eigenspectrum.";
  experiment.parameters = {
      choice("attention", "sparsemax", {"softmax", "sparsemax", "uniform"}, "how scores become weights"),
      choice("intervention", "none", {"none", "tame"}, "scaling of W_QK: none, gamma log(eta) / sqrt(eta)"),
      choice("task", "sort", tasks::task_names(), "what to learn"),
      integer("length", 12, "positions").range(2, 4096),
      integer("vocabulary", 12, "symbols").range(2, 65536),
      integer("batch", 32, "sequences").range(1, 4096),
      integer("dim", 16, "width of a token").range(1, 4096),
      integer("heads", 1, "attention heads").range(1, 64),
      integer("layers", 2, "blocks").range(1, 64),
      integer("ffn", 32, "hidden width of the MLP; 0: none").range(0, 16384),
      real("mean", 0.5, "of the eigenspectrum at the start").range(-100, 100),
      real("variance", 1.0, "of the eigenspectrum at the start").at_least(0),
      real("rate", 0.005, "learning rate of Adam").above(0),
      integer("steps", 400, "updates").range(1, 10000000),
      integer("evaluate_every", 20, "updates between evaluations").range(1, 10000000),
      real("target", 1.0, "loss at which models are compared").at_least(0).in("nats"),
      train::labels(),
  };
  experiment.scalars = {
      {"final_loss", "nats", "held-out loss at the end", "", Bits::exact},
      {"final_anchor", "", "anchor at the end", "", Bits::rounded},
      {"final_over_propagation", "", "over_propagation at the end", "", Bits::rounded},
      {"steps_to_target", "", "updates until the held-out loss is at the target", "", Bits::exact},
      {"anchor_at_target", "", "anchor when it is", "", Bits::rounded},
      {"propagation_at_target", "", "propagation when it is", "", Bits::rounded},
      {"over_propagation_at_target", "", "over_propagation when it is", "", Bits::rounded},
      {"floor", "nats", "lowest expected loss of any model", "", Bits::rounded, true},
      {"baseline", "nats", "lowest expected loss without attention, from the position and its own token", "",
       Bits::exact, true},
      {"above_baseline", "", "share of the way from baseline to floor; negative: worse than the baseline", "",
       Bits::rounded, true},
  };
  experiment.series = {
      {"loss", "nats", "held-out loss", "step", Bits::exact},
      {"loss_baseline", "nats", "the scalar baseline at each step", "step", Bits::exact, true},
      {"anchor", "", "largest over mean attention that a token gets", "step", Bits::rounded},
      {"propagation", "", "share of pairs of query and token that pass something on", "step", Bits::rounded},
      {"over_propagation", "", "that share for the most attended token, minus propagation", "step",
       Bits::rounded},
  };
  experiment.baselines = {{"loss", "loss_baseline", "no attention"},
                          {"final_loss", "baseline", "no attention", "floor"}};
  experiment.run = run;
  experiment.cost = [](const Parameters& p) { return p.real("steps") * p.real("layers") * p.real("batch"); };
  experiment.check = [](const Parameters& p) -> std::string {
    if (const std::string why = tasks::problem(training_of(p).task); !why.empty()) return why;
    return train::heads_problem(p);
  };
  return experiment;
}

}  // namespace
}  // namespace qklab

QKLAB_EXPERIMENT(qklab::make)
