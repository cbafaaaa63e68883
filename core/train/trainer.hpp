// A model, a task, an optimizer: one training run, step by step.
//
//     Trainer trainer(config, task, initial);
//     for (step = 0; step < steps; ++step) { trainer.gradients(step); trainer.update(step); }
//
// `train` in loop.hpp is that loop with evaluation, checkpoints and a stop. What an experiment wants beyond
// that it does in hooks, by way of the trainer's parts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/nn/diagnose.hpp"
#include "core/nn/optimizers/optimizer.hpp"
#include "core/nn/optimizers/schedule.hpp"
#include "core/nn/regularizers/regularizer.hpp"
#include "core/nn/weights/initialize.hpp"
#include "core/tasks/task.hpp"

namespace qklab::train {

struct TrainConfig {
  nn::ModelConfig model;  // inputs, outputs and length are the task's: see fit
  nn::Initialization initialization;
  nn::OptimizerConfig optimizer;
  nn::Schedule schedule;
  nn::RegularizerConfig regularizer;
  double label_smoothing = 0;       // share of a label's probability that training spreads over all classes
  std::size_t steps = 300;          // updates
  std::size_t evaluate_every = 10;  // steps
  std::size_t evaluation_batches = 4;  // held-out batches 0, 1, ...: the same at each evaluation
  std::size_t patience = 0;            // evaluations without a new lowest loss that end it; 0: none do
};

// Sets the model's inputs, outputs, length to those of a task.
void fit(nn::ModelConfig& model, const tasks::TaskShape& shape);

struct Evaluation {
  double loss = 0;      // mean over held-out targets: nats, or squared error
  double accuracy = 0;  // share of targets that are the likeliest output; 1 - loss / variance for numbers
};

class Trainer {
 public:
  // Records the graphs, plans the memory of the one for training (of which the parameters, their gradients,
  // the loss and, unless they are very many, the model's outputs can be read) and draws the initial parameters. The task must outlive it.
  // Throws InputError where model, optimizer or regularizer have problems.
  Trainer(const TrainConfig& config, const tasks::Task& task, const Stream& initial);
  Trainer(const Trainer&) = delete;
  Trainer& operator=(const Trainer&) = delete;

  const TrainConfig& config() const { return config_; }
  const tasks::Task& task() const { return *task_; }
  autodiff::Tape<float>& tape() { return tape_; }
  nn::Transformer<float>& model() { return model_; }
  nn::Optimizer<float>& optimizer() { return optimizer_; }

  // The present parameters, which were set from outside, take the place of the initial ones, of which a regularizer may
  // keep something.
  void begin_here() { regularizer_.begin(); }

  // Loss of training batch `step` at the present parameters, and its gradients in tape().gradients().
  double gradients(std::uint64_t step);
  // The gradients at hand lead to the next parameters. Yields their norm, before clipping.
  double update(std::uint64_t step);
  double gradient_norm();  // of all trainable parameters
  // What is dropped in step k of training follows from its substream k.
  const Stream& masks() const { return masks_; }

  // On held-out batches first, first + 1, ..., as many as the config says.
  Evaluation evaluate(std::uint64_t first = 0);
  nn::ModelReport diagnose();  // of the last held-out batch: after evaluate()

  // The bytes that gradients() and update() depend on.
  std::string state();
  void restore(std::string_view state);  // throws Error where it is of another model or optimizer

 private:
  // The model with its loss on a batch.
  struct Graph {
    Graph(autodiff::Tape<float>& tape, nn::Transformer<float>& model, const tasks::TaskShape& shape,
          nn::Use use, double smoothing);
    void put(const tasks::Batch& batch);

    nn::Transformer<float>* model;
    autodiff::Indices<float> labels;
    autodiff::Tensor<float> values;
    autodiff::Tensor<float> answers;  // (batch, answers, outputs); without tape where outputs are left out
    autodiff::Tensor<float> right;    // and then (1): how many answers are
    autodiff::Tensor<float> loss;
  };
  struct Score;
  void add(Score& score) const;

  TrainConfig config_;
  const tasks::Task* task_;
  Stream masks_;
  tasks::Batch batch_;
  autodiff::Tape<float> tape_, reading_tape_;
  nn::Transformer<float> model_, reading_model_;
  Graph training_, reading_;
  nn::Regularizer<float> regularizer_;
  autodiff::Tensor<float> objective_;
  nn::Optimizer<float> optimizer_;
};

}  // namespace qklab::train
