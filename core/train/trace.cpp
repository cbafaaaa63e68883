#include "core/train/trace.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/value.hpp"
#include "core/nn/kinds.hpp"
#include "core/system/file.hpp"
#include "core/system/npy.hpp"
#include "core/train/description.hpp"

namespace qklab::train {

namespace {

using Json = nlohmann::ordered_json;

std::vector<std::size_t> extents(const autodiff::Shape& shape) {
  std::vector<std::size_t> all;
  for (int i = 0; i < shape.rank(); ++i) all.push_back(shape.extent(i));
  return all;
}

void write_blocks(Trainer& trainer, const std::string& directory, bool gradients) {
  make_directories(directory);
  for (const auto& block : trainer.tape().blocks()) {
    if (gradients && !block.trainable) continue;
    const std::span<const float> numbers =
        gradients ? block.tensor.gradient() : std::span<const float>(block.tensor.value());
    write_file(fmt::format("{}/{}.npy", directory, block.name),
               npy_bytes(extents(block.tensor.shape()), numbers));
  }
}

void write_batch(const tasks::Task& task, tasks::Part part, const std::string& directory, std::uint64_t k) {
  const tasks::TaskShape& shape = task.shape();
  const std::size_t size = task.config().batch;
  tasks::Batch batch;
  task.batch(part, k, batch);
  const auto write = [&](const char* what, const std::string& bytes) {
    write_file(fmt::format("{}/{}_{}.npy", directory, k, what), bytes);
  };
  using Ids = std::span<const std::int32_t>;
  using Reals = std::span<const float>;
  write("inputs", batch.vectors.empty()
                      ? npy_bytes({size, shape.length}, Ids(batch.ids))
                      : npy_bytes({size, shape.length, shape.channels}, Reals(batch.vectors)));
  write("targets", shape.real_targets ? npy_bytes({size, shape.answers(), shape.outputs}, Reals(batch.values))
                                      : npy_bytes({size, shape.answers()}, Ids(batch.labels)));
}

// What the model is judged on, and how it ends.
void write_held_out(Trainer& trainer, const std::string& directory, std::size_t steps) {
  make_directories(directory + "/held_out");
  const std::size_t batches = trainer.task().judged_batches(trainer.config().evaluation_batches);
  for (std::size_t k = 0; k < batches; ++k)
    write_batch(trainer.task(), tasks::Part::held_out, directory + "/held_out", k);
  write_file(directory + "/held_out.csv",
             fmt::format("step,loss\n{},{}\n", steps, shortest(trainer.evaluate().loss)));
}

Json description(Trainer& trainer) {
  const tasks::Task& task = trainer.task();
  Json json;
  json["format"] = "qklab trace 1";
  json.update(written({task.config(), trainer.config()}));
  json["task"].update({{"loss", task.shape().real_targets ? "mean_squared_error" : "cross_entropy"},
                       {"ignored_target", tasks::ignored},
                       {"answers", task.shape().last_only ? "last" : "every"}});
  json["dropout"] = {{"key", trainer.masks().key()}, {"lane", trainer.masks().lane()}};
  json["steps"] = trainer.config().steps;
  return json;
}

Json meanings(const nn::ModelConfig& m) {
  Json json;
  json["params/<name>.npy"] = "initial parameters, float32; linear weights are (out, in), y = x W^T";
  json["grads/<name>.npy"] = "gradients at the initial parameters of the loss of batch 0 and the regularizer";
  json["embedding.weight"] = m.vocabulary > 0 ? "(vocabulary, dim): a row for each id" : "(dim, features)";
  json["dropout"] =
      "key and lane of the Philox4x32-10 stream of masks: substream(lane, i) = mix(lane + i + 1), of "
      "splitmix64; lane of a "
      "mask: substreams step, then place, 0 of the embedding and 3 n + 1, + 2, + 3 of block n's attention "
      "weights, "
      "attention and MLP; docs/replicate.py has the rest";
  json["head.weight"] = m.tied ? "is embedding.weight" : "(outputs, dim)";
  json["position.weight"] = "(max_length, dim): row t is added to position t";
  for (const nn::ArrayDoc& each : (m.attention->arrays ? m.attention->arrays : nn::usual_arrays)(m))
    json[each.name] = each.doc;
  if (m.reparametrization == nn::Reparametrization::sigma) {
    json["blocks.N.<map>.{gamma,u,v}"] =
        "the weight W is used as gamma W / (u W v); after each update u = W v / |W v|, v = W^T u / |W^T u|, "
        "which are not trained";
  }
  if (m.reparametrization == nn::Reparametrization::tame) {
    json["blocks.N.attn.gamma"] =
        "(heads): the rows of q or qk of each head are used times gamma log(eta + 1e-6) / sqrt(eta), "
        "eta = tr(W_QK^2)";
  }
  json["batches/<k>_inputs.npy"] = "int32 (batch, length) ids, or float32 (batch, length, features)";
  json["batches/<k>_targets.npy"] =
      "int32 (batch, answers) labels, ignored_target where there is none, or float32 (batch, answers, "
      "outputs)";
  json["losses.csv"] = "step,loss: of batch `step` before update `step`, without the regularizer";
  json["held_out/<k>_inputs.npy, held_out/<k>_targets.npy"] = "batches that the model does not learn from";
  json["held_out.csv"] =
      "step,loss: the mean over all targets of held_out after the last update, without dropout and smoothing";
  return json;
}

}  // namespace

void write_trace(Trainer& trainer, const std::string& directory, const std::function<void()>& check) {
  Json json = description(trainer);
  json["arrays"] = meanings(trainer.config().model);
  write_file(directory + "/model.json", json.dump(2) + "\n");
  write_blocks(trainer, directory + "/params", false);
  make_directories(directory + "/batches");
  std::string losses = "step,loss\n";
  std::size_t step = 0;
  for (; step < trainer.config().steps; ++step) {
    check();
    write_batch(trainer.task(), tasks::Part::train, directory + "/batches", step);
    const double loss = trainer.gradients(step);
    losses += fmt::format("{},{}\n", step, shortest(loss));
    if (step == 0) write_blocks(trainer, directory + "/grads", true);
    if (!std::isfinite(loss)) break;
    trainer.update(step);
  }
  write_held_out(trainer, directory, step);
  write_file(directory + "/losses.csv", losses);
}

}  // namespace qklab::train
