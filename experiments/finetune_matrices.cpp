// finetune_matrices: which attention matrices to fine-tune, and at which learning rates.
//
// After Yao et al., "Theoretical Insights into Fine-Tuning Attention Mechanism: Generalization and
// Optimization" (IJCAI 2025, arXiv 2410.02247). Two claims: optimizing W_v is worth more than optimizing W_k,
// and W_q with W_v alone does as well as all three ("unequal importance of attention matrices"); a higher
// learning rate for W_v than for W_q and W_k speeds up convergence ("customized learning rate"), lambda =
// rate_v / rate_qk > 1.
//
// A trial trains a model on one task by Adam, then fine-tunes chosen attention matrices on another, all else
// frozen, and follows the loss and the gradient norms of W_q, W_k and W_v. Tasks and model depend on the seed
// alone, so every choice starts from the same pre-trained model. By default both tasks are Markov chains, which
// need no attention: W_v can be learned as a map of single tokens there, and W_q and W_k cannot matter. Where
// `after` is recall or induction, what is to be learned is where to look.
//
// With `value_rate` the rate of W_v is given by itself, so that the plane of both rates can be swept. With `rank` the
// matrices stay as they are and low-rank adapters beside them are trained (LoRA: W + B A, B = 0 at first), as in the
// paper; rates are then those of A and B.
//
// Reproduced: both claims in the small. Own reading: the shift (a new transition matrix), full matrices
// by default, and plain SGD in fine-tuning by default, where learning rates and
// gradient norms act directly (Adam divides by the latter; `optimizer` picks). Out of reach: GLUE, RoBERTa,
// Llama; the bounds on generalization.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/autodiff/curvature.hpp"
#include "core/tasks/task.hpp"
#include "core/train/description.hpp"
#include "core/train/of_trial.hpp"
#include "core/trial/experiment.hpp"

namespace qklab {
namespace {

// "blocks.1.attn.v.weight" -> 'v', or where adapters are trained "blocks.1.attn.v.adapter.up.weight"; 0 for any other.
char attention_matrix(std::string_view name, bool adapters) {
  for (const char which : {'q', 'k', 'v'}) {
    const std::string matrix = std::string(".attn.") + which;
    if (adapters ? name.find(matrix + ".adapter.") != name.npos : name.ends_with(matrix + ".weight"))
      return which;
  }
  return 0;
}

// Root of the sum of squares over layers.
double gradient_norm(const autodiff::Tape<float>& tape, const std::vector<double>& norms, char which,
                     bool adapters) {
  double squares = 0;
  for (std::size_t b = 0; b < norms.size(); ++b) {
    if (attention_matrix(tape.blocks()[b].name, adapters) == which) squares += norms[b] * norms[b];
  }
  return std::sqrt(squares);
}

tasks::TaskConfig task_of(const Parameters& params, const char* which) {
  train::Training training;
  train::read(training, params, {"length", "vocabulary", "batch", "labels"});
  training.task.kind = params.text(which);
  return training.task;
}

// The parameters that both models have, which are all of the first.
void begin_with(autodiff::Tape<float>& from, autodiff::Tape<float>& to) {
  std::size_t next = 0;
  for (const auto& block : to.blocks()) {
    if (block.name.find(".adapter.") != std::string::npos) continue;
    const auto& source = from.blocks().at(next++);
    if (source.name != block.name || source.size != block.size)
      throw Error("the tasks need models of different sizes");
    std::ranges::copy(from.parameters().subspan(source.offset, source.size),
                      to.parameters().subspan(block.offset).begin());
  }
}

void run(const Trial& trial, Result& result) {
  const Parameters& params = trial.params;
  train::Training base;
  train::read(base, params, {"length", "dim", "heads", "layers", "ffn", "attention"});
  base.config.model.mask = Mask::causal();
  const auto before =
      tasks::make_task(task_of(params, "before"), trial.shared_stream("finetune_matrices before"));
  const auto after =
      tasks::make_task(task_of(params, "after"), trial.shared_stream("finetune_matrices after"));
  const std::size_t steps_before = params.count("pretrain_steps"),
                    all_steps = steps_before + params.count("steps");

  train::TrainConfig pretraining = base.config;
  pretraining.optimizer = nn::defaults("adam");
  pretraining.optimizer.rate = 0.005;
  pretraining.steps = steps_before;
  pretraining.evaluate_every = std::max<std::size_t>(1, pretraining.steps);
  pretraining.schedule = {.decay = "cosine", .steps = static_cast<std::int64_t>(pretraining.steps)};
  train::Trainer pretrainer(pretraining, *before, trial.shared_stream("finetune_matrices model"));
  const train::Outcome pretrained = train::train(pretrainer, train::hooks_of_part(trial, 0, all_steps));
  if (!pretrained.divergence.empty()) return result.diverged("pre-training: " + pretrained.divergence);

  train::TrainConfig tuning = base.config;
  tuning.optimizer = nn::defaults(params.text("optimizer"));
  tuning.optimizer.rate = params.real("rate");
  tuning.model.adapter_rank = static_cast<int>(params.integer("rank"));
  tuning.steps = params.count("steps");
  tuning.evaluate_every = std::max<std::size_t>(1, tuning.steps / 20);
  train::Trainer tuner(tuning, *after, trial.shared_stream("finetune_matrices model"));
  begin_with(pretrainer.tape(), tuner.tape());
  const std::string& trained = params.text("trained");
  const double value_rate = params.real("value_rate"),
               lambda = value_rate > 0 ? value_rate / params.real("rate") : params.real("lambda");
  const bool adapters = tuning.model.adapter_rank > 0;
  tuner.optimizer().set_rates([&](std::string_view name) -> double {
    const char which = attention_matrix(name, adapters);
    if (!which || trained.find(which) == std::string::npos) return 0;
    return which == 'v' ? lambda : 1;
  });
  train::Hooks hooks = train::hooks_of_part(trial, steps_before, all_steps);
  hooks.evaluated = [adapters](train::Trainer& of, std::size_t step, train::History& history) {
    const std::vector<double> norms = autodiff::gradient_norms(of.tape());
    for (const char which : {'q', 'k', 'v'}) {
      history.add(std::string("gradient_") + which, step, gradient_norm(of.tape(), norms, which, adapters));
    }
  };
  const train::Outcome tuned = train::train(tuner, hooks);
  for (const char* name : {"loss", "gradient_q", "gradient_k", "gradient_v"}) {
    result.series(name, tuned.history[name].step, tuned.history[name].value);
  }
  if (!tuned.divergence.empty()) return result.diverged(tuned.divergence);
  const auto first = [&](const char* name) { return tuned.history[name].value.front(); };
  const train::Standards standards = train::standards_of(*after, tuning.evaluation_batches);
  const double floor = standards.floor.value_or(std::nan(""));
  const train::Curve& loss = tuned.history["loss"];
  double area = 0;
  for (const double value : loss.value) area += (value - floor) / static_cast<double>(loss.value.size());
  result.scalar("pretrained_loss", pretrained.last.loss);
  result.scalar("shifted_loss", first("loss"));
  result.scalar("final_loss", tuned.last.loss);
  result.scalar("floor", floor);
  if (standards.baseline) {
    result.scalar("baseline", *standards.baseline);
    train::record_level(result, "loss_baseline", loss, *standards.baseline);
  }
  if (const auto share = standards.above_baseline(tuned.last.loss)) result.scalar("above_baseline", *share);
  result.scalar("area", area);
  result.scalar("value_over_query", first("gradient_v") / first("gradient_q"));
  result.scalar("value_over_key", first("gradient_v") / first("gradient_k"));
}

// Tasks whose inputs and outputs are the same symbols, so that a model can go from one to another.
const std::vector<std::string> learnable = {"markov", "recall", "induction", "sort"};

Experiment make() {
  Experiment experiment;
  experiment.name = "finetune_matrices";
  experiment.version = 1;
  experiment.doc = "Fine-tuning of W_q, W_k, W_v on another task: which of them, and at which rates.";
  experiment.parameters = {
      choice("trained", "qv", {"q", "k", "v", "qk", "qv", "kv", "qkv"},
             "attention matrices that are fine-tuned"),
      real("rate", 0.1, "learning rate of W_q and W_k in fine-tuning").above(0),
      real("lambda", 1.0, "learning rate of W_v over that of W_q and W_k").above(0),
      choice("optimizer", "sgd", {"sgd", "momentum", "adam", "sign_sgd"}, "of fine-tuning"),
      integer("layers", 2, "blocks").range(1, 64),
      integer("dim", 16, "width of a token").range(1, 4096),
      integer("heads", 2, "attention heads").range(1, 64),
      integer("ffn", 32, "hidden width of the MLP; 0: none").range(0, 16384),
      integer("length", 16, "positions").range(2, 4096),
      integer("vocabulary", 8, "states of the chain").range(2, 4096),
      integer("batch", 16, "sequences").range(1, 4096),
      integer("pretrain_steps", 300, "updates of pre-training").range(1, 10000000),
      integer("steps", 200, "updates of fine-tuning").range(1, 10000000),
      choice("before", "markov", learnable, "what is learned before fine-tuning").added_later(),
      choice("after", "markov", learnable, "what it is fine-tuned on; markov is another chain").added_later(),
      choice_of<nn::AttentionKind>("attention", "softmax", "how scores become weights").added_later(),
      train::labels(),
      real("value_rate", 0, "learning rate of W_v; 0: lambda times `rate`").range(0, 1000).added_later(),
      integer("rank", 0,
              "of the adapters that are trained in place of the matrices; 0: the matrices themselves")
          .range(0, 4096)
          .added_later(),
  };
  experiment.scalars = {
      {"pretrained_loss", "nats", "held-out loss on the first task after pre-training", "", Bits::exact},
      {"shifted_loss", "nats", "on the second, before fine-tuning", "", Bits::exact},
      {"final_loss", "nats", "on the second, after fine-tuning", "", Bits::exact},
      {"floor", "nats", "lowest expected loss on the second; of a chain its entropy rate", "", Bits::exact},
      {"area", "nats", "loss above the floor, mean over fine-tuning: small where it converges fast", "",
       Bits::exact},
      {"value_over_query", "", "|grad W_v| / |grad W_q| as fine-tuning starts", "", Bits::exact},
      {"value_over_key", "", "|grad W_v| / |grad W_k| as fine-tuning starts", "", Bits::exact},
      {"baseline", "nats", "lowest expected loss without attention: of a chain it is the floor", "",
       Bits::exact, true},
      {"above_baseline", "", "share of the way from baseline to floor; not set where they are equal", "",
       Bits::rounded, true},
  };
  experiment.series = {
      {"loss", "nats", "held-out loss on the second task", "step", Bits::exact},
      {"loss_baseline", "nats", "the scalar baseline at each step", "step", Bits::exact, true},
      {"gradient_q", "", "gradient norm of W_q, all layers", "step", Bits::exact},
      {"gradient_k", "", "of W_k", "step", Bits::exact},
      {"gradient_v", "", "of W_v", "step", Bits::exact},
  };
  experiment.baselines = {{"loss", "loss_baseline", "no attention"},
                          {"final_loss", "baseline", "no attention", "floor"}};
  experiment.run = run;
  experiment.cost = [](const Parameters& p) { return p.real("steps") + p.real("pretrain_steps"); };
  experiment.check = [](const Parameters& p) -> std::string {
    for (const char* which : {"before", "after"})
      if (std::string why = tasks::problem(task_of(p, which)); !why.empty()) return why;
    if (p.real("value_rate") > 0 && p.real("lambda") != 1)
      return "value_rate and lambda both say the rate of W_v: leave lambda at 1, or value_rate at 0";
    return train::heads_problem(p);
  };
  return experiment;
}

}  // namespace
}  // namespace qklab

QKLAB_EXPERIMENT(qklab::make)
