// A training run within a trial, and what a trial records of its task.
#pragma once

#include "core/train/loop.hpp"
#include "core/trial/experiment.hpp"

namespace qklab::train {

// Ends when the trial is asked to, and tells how far it is.
inline Hooks hooks_of(const Trial& trial) {
  Hooks hooks;
  hooks.check = [&trial] { trial.check(); };
  hooks.progress = [&trial](std::size_t step, std::size_t of, std::span<const MetricValue> told) {
    trial.progress(step, of, told);
  };
  return hooks;
}

// The same of a training run that is a part of a trial of `all` steps and comes after `before` of them.
inline Hooks hooks_of_part(const Trial& trial, std::size_t before, std::size_t all) {
  Hooks hooks = hooks_of(trial);
  hooks.progress = [&trial, before, all](std::size_t step, std::size_t, std::span<const MetricValue> told) {
    trial.progress(before + step, all, told);
  };
  return hooks;
}

// The same of a trial that is one training run: goes on from a checkpoint and stops where pruning asks for it.
inline Hooks resumable_hooks(const Trial& trial) {
  Hooks hooks = hooks_of(trial);
  hooks.save_due = [&trial] { return trial.save_due(); };
  hooks.save = [&trial](const std::string& state) { trial.save(state); };
  hooks.saved = trial.saved();
  hooks.stop_at = trial.stop_at();
  return hooks;
}

// What the loss of a run is to be held against.
struct Standards {
  std::optional<double> floor, baseline;  // see tasks::Floor and tasks::Baseline

  // The share of the way from the baseline to the floor that a loss has gone: 1 at the floor, negative above
  // the baseline. None where one of them is not known, or the baseline is the floor.
  std::optional<double> above_baseline(double loss) const;
};
// `batches`: the held-out batches that the loss is measured on.
Standards standards_of(const tasks::Task& task, std::size_t batches);

// The task of a training, whose data depend on the task's parameters and the seed alone.
std::unique_ptr<tasks::Task> task_of(const Trial& trial, const tasks::TaskConfig& config);

// Why heads do not fit a model's width, for the check of an experiment that declares both by itself; "" where they do.
std::string heads_problem(const Parameters& params);

// A series that is `value` wherever `loss` was measured, to be drawn beside it.
void record_level(Result& result, std::string_view name, const Curve& loss, double value);

}  // namespace qklab::train
