// One step: losses and scores against slow computations by hand, on every task.
#include "core/train/trainer.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "core/base/error.hpp"
#include "tests/source_directory.hpp"
#include "tests/train/support.hpp"

using namespace qklab;
using namespace qklab::train;

namespace {

tasks::TaskConfig task_of(const std::string& name) {
  tasks::TaskConfig config = small_task(name);
  if (name == "text") config.text = source_directory() + "/data/shakespeare.txt";
  return config;
}

// From the outputs at all positions of the training graph.
Evaluation by_hand(Trainer& trainer, const std::vector<tasks::Batch>& batches) {
  const tasks::TaskShape& shape = trainer.task().shape();
  const std::size_t first = shape.length - shape.answers();
  double loss = 0, right = 0, count = 0, sum = 0, squares = 0;
  for (const tasks::Batch& batch : batches) {
    nn::Transformer<float>& model = trainer.model();
    if (!batch.ids.empty()) std::copy(batch.ids.begin(), batch.ids.end(), model.tokens.value().begin());
    if (!batch.vectors.empty())
      std::copy(batch.vectors.begin(), batch.vectors.end(), model.features.value().begin());
    trainer.tape().forward();
    const auto output = model.output.value();
    for (std::size_t b = 0; b < trainer.task().config().batch; ++b) {
      for (std::size_t i = 0; i < shape.answers(); ++i) {
        const float* const y = &output[(b * shape.length + first + i) * shape.outputs];
        if (shape.real_targets) {
          const double target = batch.values[b * shape.answers() + i];
          loss += (y[0] - target) * (y[0] - target);
          sum += target;
          squares += target * target;
          ++count;
          continue;
        }
        const std::int32_t label = batch.labels[b * shape.answers() + i];
        if (label == tasks::ignored) continue;
        double total = 0;
        std::size_t best = 0;
        for (std::size_t c = 0; c < shape.outputs; ++c) {
          total += std::exp(double{y[c]});
          if (y[c] > y[best]) best = c;
        }
        loss += std::log(total) - double{y[label]};
        right += best == static_cast<std::size_t>(label) ? 1 : 0;
        ++count;
      }
    }
  }
  if (!shape.real_targets) return {loss / count, right / count};
  return {loss / count, 1 - loss / (squares - sum * sum / count)};
}

}  // namespace

TEST_CASE("losses and accuracies are those of the outputs, on every task") {
  for (const std::string& name : tasks::task_names()) {
    CAPTURE(name);
    tasks::TaskConfig task = task_of(name);
    task.batch = 9;
    TrainConfig config = small_config();
    config.evaluation_batches = 3;
    Run run(config, task);
    const double loss = run.trainer.gradients(5);
    CHECK(run.trainer.gradient_norm() > 0);
    const Evaluation held_out = run.trainer.evaluate();

    tasks::Batch batch;
    run.task->batch(tasks::Part::train, 5, batch);
    CHECK(loss == doctest::Approx(by_hand(run.trainer, {batch}).loss).epsilon(1e-5));
    std::vector<tasks::Batch> batches(3);
    for (std::uint64_t k = 0; k < 3; ++k) run.task->batch(tasks::Part::held_out, k, batches[k]);
    const Evaluation expected = by_hand(run.trainer, batches);
    CHECK(held_out.loss == doctest::Approx(expected.loss).epsilon(1e-5));
    CHECK(held_out.accuracy == doctest::Approx(expected.accuracy).epsilon(1e-5));
  }
}

TEST_CASE("training lowers the loss on every task") {
  for (const std::string& name : tasks::task_names()) {
    CAPTURE(name);
    TrainConfig config = small_config();
    config.steps = 150;
    config.evaluate_every = 150;
    config.evaluation_batches = 8;
    tasks::TaskConfig task = task_of(name);
    task.batch = 16;
    Run run(config, task);
    const Outcome outcome = train::train(run.trainer);
    CHECK(outcome.history["loss"].value.back() < 0.97 * outcome.history["loss"].value.front());
  }
}

TEST_CASE("a model that cannot be is refused with what to change") {
  TrainConfig config = small_config();
  config.model.heads = 3;
  CHECK_THROWS_WITH_AS(Run{config}, doctest::Contains("make dim a multiple of heads"), InputError);
  config = small_config();
  config.model.max_length = 5;
  CHECK_THROWS_WITH_AS(Run{config}, doctest::Contains("lower length"), InputError);
  config = small_config();
  config.optimizer.rate = -1;
  CHECK_THROWS_AS(Run{config}, InputError);
}
