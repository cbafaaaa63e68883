// block_curvature: how sharply the loss bends in each block of a transformer's parameters, beside its gradient.
//
// After Tomihari and Sato, "Understanding Why Adam Outperforms SGD: Gradient Heterogeneity in Transformers"
// (arXiv 2502.00213), who plot gradient norms against the largest eigenvalues of the Hessian by blocks of parameters:
// where the two go together, the steps that a block's curvature allows and the steps that its gradient asks for differ
// most between blocks, and one learning rate for all suits none.
//
// Blocks are the six weight matrices of each layer: W_q, W_k, W_v, W_o and the two of the MLP. For block b, with the
// other parameters held fixed,
//     gradient   |grad_b|_2 of the loss on one batch
//     sharpness  the largest eigenvalue of the Hessian of the same loss in block b alone
//                (core/autodiff/sharpness.hpp: Lanczos, in double precision)
// and `correlation` is Spearman's between the two over all blocks. Heterogeneity is the Gini coefficient, over the blocks,
// of |grad_b|_2 / sqrt(size_b) and of the sharpness: 0 where all are equal.
//
// The model is fresh, or pre-trained by Adam on the task `before`; it is measured on another task, as at the start of
// fine-tuning. Model and batches depend on the seed alone, so that norms and depths are compared on equal terms. `part`
// picks one of the six matrices, whose numbers are then by layer.
//
// Reproduced: gradient norm against sharpness by block, gradient norm by block and layer, depths to 12. Own reading:
// matrices alone (embedding, norms, biases and head differ in size and number of uses), the Gini coefficient, small models and tasks
// (the paper fine-tunes RoBERTa-base and ViT).
#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "core/autodiff/curvature.hpp"
#include "core/autodiff/sharpness.hpp"
#include "core/nn/losses.hpp"
#include "core/stats/correlation.hpp"
#include "core/tasks/task.hpp"
#include "core/train/description.hpp"
#include "core/train/of_trial.hpp"
#include "core/trial/experiment.hpp"

namespace qklab {
namespace {

struct Part {
  const char *name, *ending;
};
constexpr std::array<Part, 6> parts = {{{"q", ".attn.q.weight"},
                                        {"k", ".attn.k.weight"},
                                        {"v", ".attn.v.weight"},
                                        {"o", ".attn.o.weight"},
                                        {"fc1", ".mlp.fc1.weight"},
                                        {"fc2", ".mlp.fc2.weight"}}};

train::Training training_of(const Parameters& params, const char* task) {
  train::Training training;
  train::read(training, params,
              {"norm", "layers", "length", "vocabulary", "batch", "dim", "heads", "ffn", "labels"});
  training.task.kind = params.text(task);
  train::TrainConfig& config = training.config;
  config.model.mask = Mask::causal();
  config.optimizer = nn::defaults("adam");
  config.optimizer.rate = 0.003;
  config.steps = params.count("pretrain_steps");
  config.schedule = {.decay = "cosine",
                     .warmup = static_cast<std::int64_t>(config.steps / 10),
                     .steps = static_cast<std::int64_t>(config.steps)};
  config.evaluate_every = std::max<std::size_t>(1, config.steps);
  return training;
}

// The model of a trainer once more in double precision, with the loss of one batch.
class Measured {
 public:
  Measured(train::Trainer& of, const tasks::Task& task)
      : model_(tape_, of.config().model, static_cast<int>(task.config().batch)),
        targets_(tape_.indices({model_.batch, model_.config.length})),
        loss_(cross_entropy(model_.output, targets_)) {
    std::ranges::copy(of.tape().parameters(), tape_.parameters().begin());
    tasks::Batch batch;
    task.batch(tasks::Part::train, 0, batch);
    std::ranges::copy(batch.ids, model_.tokens.value().begin());
    std::ranges::copy(batch.labels, targets_.value().begin());
    tape_.plan(loss_);
    tape_.forward();
    tape_.backward(loss_);
    value_ = loss_.item();
    norms_ = autodiff::gradient_norms(tape_);
  }

  // Indices of the tape's blocks that are `part` ("all": any of the six), by layer.
  std::vector<std::size_t> blocks(const std::string& part) const {
    std::vector<std::size_t> found;
    for (std::size_t b = 0; b < tape_.blocks().size(); ++b) {
      for (const Part& each : parts)
        if ((part == "all" || part == each.name) && tape_.blocks()[b].name.ends_with(each.ending))
          found.push_back(b);
    }
    return found;
  }
  double loss() const { return value_; }
  double gradient(std::size_t block) const { return norms_[block]; }
  std::size_t size(std::size_t block) const { return tape_.blocks()[block].size; }
  autodiff::Sharpness sharpness(std::size_t block, const Stream& start) {
    return autodiff::block_sharpness(tape_, loss_, block, start.substream(block));
  }

 private:
  autodiff::Tape<double> tape_;
  nn::Transformer<double> model_;
  autodiff::Indices<double> targets_;
  autodiff::Tensor<double> loss_;
  double value_ = 0;
  std::vector<double> norms_;
};

void run(const Trial& trial, Result& result) {
  const train::Training before = training_of(trial.params, "before"),
                        after = training_of(trial.params, "task");
  const auto old_task = tasks::make_task(before.task, trial.shared_stream("block_curvature before"));
  const auto task = tasks::make_task(after.task, trial.shared_stream("block_curvature task"));
  train::Trainer trainer(before.config, *old_task, trial.shared_stream("block_curvature model"));
  if (before.config.steps > 0) {
    const train::Outcome outcome = train::train(trainer, train::hooks_of(trial));
    if (!outcome.divergence.empty()) return result.diverged("pre-training: " + outcome.divergence);
    result.scalar("pretrained_loss", outcome.last.loss);
    const train::Standards standards = train::standards_of(*old_task, before.config.evaluation_batches);
    if (const auto share = standards.above_baseline(outcome.last.loss))
      result.scalar("above_baseline", *share);
  }

  Measured measured(trainer, *task);
  std::vector<double> place, gradient, per_parameter;
  const std::vector<std::size_t> blocks = measured.blocks(trial.params.text("part"));
  for (const std::size_t block : blocks) {
    place.push_back(static_cast<double>(place.size()));
    gradient.push_back(measured.gradient(block));
    per_parameter.push_back(gradient.back() / std::sqrt(static_cast<double>(measured.size(block))));
  }
  result.series("gradient", place, gradient);
  result.scalar("loss", measured.loss());
  result.scalar("gradient_gini", gini(per_parameter));
  if (!trial.params.flag("curvature")) return;

  std::vector<double> sharpness;
  double worst = 0, products = 0;
  for (const std::size_t block : blocks) {
    trial.check();
    trial.progress(sharpness.size(), blocks.size());
    const autodiff::Sharpness found = measured.sharpness(block, trial.shared_stream("block_curvature start"));
    sharpness.push_back(found.eigenvalue);
    worst = std::max(worst, found.residual / std::abs(found.eigenvalue));
    products += found.products;
  }
  result.series("sharpness", place, sharpness);
  result.scalar("sharpness_gini", gini(sharpness));
  result.scalar("correlation", rank_correlation(gradient, sharpness));
  result.scalar("least_sharpness", *std::ranges::min_element(sharpness));
  result.scalar("residual", worst);
  result.scalar("products", products / static_cast<double>(blocks.size()));
}

// Tasks of the same symbols, in which a token sees those before it.
const std::vector<std::string> learnable = {"markov", "recall", "induction"};

Experiment make() {
  Experiment experiment;
  experiment.name = "block_curvature";
  experiment.version = 1;
  experiment.doc = "The largest Hessian eigenvalue of each block of a transformer, beside its gradient norm.";
  std::vector<std::string> names = {"all"};
  for (const Part& part : parts) names.emplace_back(part.name);
  experiment.parameters = {
      choice("norm", "pre", {"none", "pre", "post"}, "where layer norm stands"),
      integer("layers", 2, "blocks").range(1, 64),
      choice("part", "all", names, "the matrices that are measured"),
      boolean("curvature", true, "the largest eigenvalues are computed, beside gradients"),
      choice("before", "recall", learnable, "what is learned first"),
      integer("pretrain_steps", 0, "updates of Adam on it; 0: a fresh model").range(0, 10000000),
      choice("task", "induction", learnable, "whose loss is measured"),
      integer("length", 16, "positions").range(2, 4096),
      integer("vocabulary", 8, "symbols").range(2, 65536),
      integer("batch", 16, "sequences").range(1, 4096),
      integer("dim", 16, "width of a token").range(1, 4096),
      integer("heads", 2, "attention heads").range(1, 64),
      integer("ffn", 32, "hidden width of the MLP").range(1, 16384),
      train::labels(),
  };
  experiment.scalars = {
      {"correlation", "", "Spearman's, of gradient norm and largest eigenvalue over blocks", "",
       Bits::rounded, true, Range{-1, 1}},
      {"gradient_gini", "", "Gini coefficient of the blocks' gradient norms per root of their size", "",
       Bits::rounded},
      {"sharpness_gini", "", "Gini coefficient of their largest eigenvalues", "", Bits::rounded, true},
      {"least_sharpness", "", "the smallest of the largest eigenvalues", "", Bits::rounded, true},
      {"residual", "", "largest relative residual of Lanczos", "", Bits::rounded, true},
      {"products", "", "Hessian-vector products a block, mean", "", Bits::rounded, true},
      {"loss", "nats", "of the batch that is measured", "", Bits::rounded},
      {"pretrained_loss", "nats", "held-out loss on the first task after pre-training", "", Bits::exact,
       true},
      {"above_baseline", "", "share of the way from baseline to floor that pre-training went", "",
       Bits::rounded, true},
  };
  experiment.series = {
      {"gradient", "", "gradient norm by block, along the layers", "block", Bits::rounded},
      {"sharpness", "", "largest eigenvalue of the block's Hessian", "block", Bits::rounded, true},
  };
  experiment.run = run;
  experiment.cost = [](const Parameters& p) {
    const double blocks = p.text("part") == "all" ? 6 * p.real("layers") : p.real("layers");
    return p.real("layers") * (p.real("pretrain_steps") + (p.flag("curvature") ? 40 * blocks : 0));
  };
  experiment.check = [](const Parameters& p) -> std::string {
    for (const char* which : {"before", "task"})
      if (const std::string why = tasks::problem(training_of(p, which).task); !why.empty()) return why;
    return train::heads_problem(p);
  };
  return experiment;
}

}  // namespace
}  // namespace qklab

QKLAB_EXPERIMENT(qklab::make)
