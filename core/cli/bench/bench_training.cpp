#include "core/cli/bench/bench_training.hpp"

#include <algorithm>

#include "core/autodiff/ops/head_loss.hpp"
#include "core/base/stream.hpp"
#include "core/cli/bench/benchmark.hpp"
#include "core/nn/optimizers/optimizer.hpp"
#include "core/nn/transformer.hpp"
#include "core/nn/weights/initialize.hpp"

namespace qklab {
namespace {

nn::ModelConfig config_of(const StepShape& s) {
  nn::ModelConfig config;
  config.vocabulary = config.outputs = s.vocabulary;
  config.length = s.length;
  config.dim = s.dim;
  config.heads = s.heads;
  config.layers = s.layers;
  config.ffn = s.ffn;
  config.mask = Mask::causal();
  return config;
}

}  // namespace

struct Training::Model {
  autodiff::Tape<float> tape;
  nn::Transformer<float> transformer;
  autodiff::Indices<float> targets;
  autodiff::Tensor<float> loss;
  std::optional<nn::Optimizer<float>> optimizer;

  // As core/train/trainer.cpp has it: many logits are not held.
  explicit Model(const StepShape& shape)
      : transformer(
            tape, config_of(shape), shape.batch, nn::Use::training,
            shape.tokens() > (1 << 22) / shape.vocabulary ? nn::Output::left_out : nn::Output::computed),
        targets(tape.indices({shape.batch, shape.length})) {
    loss = transformer.output.tape ? cross_entropy(transformer.output, targets)
                                   : head_loss(transformer.last, transformer.head.weight, {}, targets).loss;
    tape.plan(loss);
    Stream stream(1, 0, "bench");
    nn::initialize(transformer, {}, stream);
    for (const auto& ids : {transformer.tokens.value(), targets.value()}) {
      std::ranges::generate(ids,
                            [&] { return static_cast<std::int32_t>(stream.uniform() * shape.vocabulary); });
    }
    optimizer.emplace(nn::defaults("adamw"), tape);
  }
};

Training::Training(const StepShape& shape) : model_(std::make_unique<Model>(shape)) {}
Training::~Training() = default;

void Training::run() {
  model_->tape.forward();
  model_->tape.backward(model_->loss);
  model_->optimizer->step();
}

std::vector<autodiff::Timing> Training::profile(int steps) {
  std::vector<autodiff::Timing> timings;
  double adamw = 0;
  for (int i = 0; i < steps; ++i) {
    model_->tape.set_profile(&timings);
    model_->tape.forward();
    model_->tape.backward(model_->loss);
    model_->tape.set_profile(nullptr);
    const double start = cpu_seconds();
    model_->optimizer->step();
    adamw += cpu_seconds() - start;
  }
  timings.push_back({"adamw", 0, adamw});
  for (autodiff::Timing& t : timings) {
    t.forward /= steps;
    t.backward /= steps;
  }
  std::ranges::sort(timings, std::greater(),
                    [](const autodiff::Timing& t) { return t.forward + t.backward; });
  return timings;
}

std::size_t Training::planned_bytes() const {
  return model_->tape.parameter_bytes() + model_->tape.arena_bytes() +
         model_->optimizer->state().size() * sizeof(float);
}

}  // namespace qklab
