// A small model and a small task, trained in well under a second.
#pragma once

#include "core/train/loop.hpp"

namespace qklab::train {

inline tasks::TaskConfig small_task(const std::string& name = "markov") {
  return {.kind = name,
          .length = 6,
          .batch = 4,
          .vocabulary = 4,
          .features = 4,
          .examples = 6,
          .noise = 1,
          .text = ""};
}

inline TrainConfig small_config() {
  TrainConfig config;
  config.model = {.dim = 8, .heads = 2, .layers = 2, .ffn = 12, .mask = Mask::causal()};
  config.initialization.kind = "spectrum";
  config.initialization.spectrum = Spectrum{0.5, 1};
  config.optimizer = nn::defaults("adam");
  config.optimizer.rate = 1e-2;
  config.steps = 20;
  config.evaluate_every = 6;
  config.evaluation_batches = 2;
  return config;
}

// A trainer with its task.
struct Run {
  explicit Run(const TrainConfig& config = small_config(), const tasks::TaskConfig& of = small_task(),
               std::uint64_t seed = 0)
      : task(tasks::make_task(of, {seed, tasks::task_key(of), "task"})),
        trainer(config, *task, {seed, 0, "initial"}) {}

  std::unique_ptr<tasks::Task> task;
  Trainer trainer;
};

inline bool identical(const History& a, const History& b) {
  if (a.curves().size() != b.curves().size()) return false;
  for (const auto& [name, curve] : a.curves())
    if (!b.curves().contains(name) || b[name].step != curve.step || b[name].value != curve.value)
      return false;
  return true;
}

inline std::vector<float> numbers(Trainer& trainer) {
  const auto all = trainer.tape().parameters();
  return {all.begin(), all.end()};
}

}  // namespace qklab::train
