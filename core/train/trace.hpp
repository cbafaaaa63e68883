// A training run in files that anyone can replicate it from, in any framework: docs/replicate.py does.
#pragma once

#include <functional>
#include <string>

#include "core/train/trainer.hpp"

namespace qklab::train {

// Makes config().steps updates and writes into `directory`, which exists:
//   model.json              every choice, and what each array means
//   params/<name>.npy       initial parameters, float32, named as in nn/transformer.hpp
//   grads/<name>.npy        gradients of the first objective, loss and regularizer, with respect to them
//   batches/<k>_inputs.npy  of training batch k, int32 ids (B, T) or float32 vectors (B, T, channels)
//   batches/<k>_targets.npy int32 labels (B, answers), -100 where there is none, or float32 (B, answers, outputs)
//   losses.csv              step,loss: of batch `step` before update `step`, without the regularizer
//   held_out/<k>_...        the batches that the model is judged on, likewise
//   held_out.csv            step,loss: their mean over all targets after the last update, without dropout and smoothing
// `check` is called each step; what it throws ends the trace.
void write_trace(Trainer& trainer, const std::string& directory, const std::function<void()>& check);

}  // namespace qklab::train
