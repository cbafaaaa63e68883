// A training run within a trial.
#pragma once

#include "core/train/loop.hpp"
#include "core/trial/experiment.hpp"

namespace qklab::train {

// Ends when the trial is asked to, and tells how far it is.
inline Hooks hooks_of(const Trial& trial) {
  Hooks hooks;
  hooks.check = [&trial] { trial.check(); };
  hooks.progress = [&trial](std::size_t step, std::size_t of) { trial.progress(step, of); };
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

}  // namespace qklab::train
