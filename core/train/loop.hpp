// The training loop: evaluation, checkpoints, and a stop on request, on divergence or, if asked for, early.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/train/trainer.hpp"
#include "core/trial/trial_progress.hpp"

namespace qklab::train {

// A quantity by the step at which it was measured.
struct Curve {
  std::vector<double> step, value;
};

// All that is measured along a run, by name. Every evaluation adds, at the parameters before update `step`:
//   loss, accuracy               of held-out batches
//   train_loss, grad_norm        of training batch `step`
//   entropy.L.H                  attention entropy of layer L, head H, in nats; where weights are a
//   distribution mean.L.H, variance.L.H       eigenspectrum of W_QK, and frobenius.L.H, spectral.L.H  its
//   Frobenius twin and spectral norm residual.L                   rank residual of the layer's output
class History {
 public:
  void add(const std::string& name, std::size_t step, double value);
  const std::map<std::string, Curve>& curves() const { return curves_; }
  const Curve& operator[](const std::string& name) const { return curves_.at(name); }

 private:
  friend struct Progress;
  std::map<std::string, Curve> curves_;
};

// What an experiment adds to the loop; all optional. The model may be altered in before_update alone, and
// only by what follows from trainer and step: a run that goes on from a checkpoint skips earlier calls.
struct Hooks {
  std::function<void()> check;  // each step; what it throws ends training
  // Each step, for those who wait, with what was measured since the last call: train_loss, and loss and
  // accuracy after an evaluation.
  std::function<void(std::size_t step, std::size_t of, std::span<const MetricValue> told)> progress;
  std::function<void(Trainer&, std::size_t step)> before_update;        // gradients are at hand
  std::function<void(Trainer&, std::size_t step, History&)> evaluated;  // likewise; adds its own curves
  std::function<bool()> save_due;
  std::function<void(const std::string& state)> save;
  std::optional<std::string> saved;  // what `save` was given last, to go on from there
  // Saves before this step, evaluates where that is due, and returns. A run of fewer steps ends as ever.
  std::optional<std::size_t> stop_at;
};

struct Outcome {
  History history;
  Evaluation last;         // at the end
  std::size_t steps = 0;   // updates made
  bool stopped = false;    // at stop_at
  std::string divergence;  // "" unless a loss was not finite; then what was, and when
};

// Runs config().steps updates, evaluating before the first, after every evaluate_every and after the last.
// The outcome is a function of config, task and initial stream: bitwise the same with and without
// interruptions.
Outcome train(Trainer& trainer, const Hooks& hooks = {});

// The next step of a run whose state Hooks::save was given.
std::size_t step_of_state(std::string_view state);

}  // namespace qklab::train
