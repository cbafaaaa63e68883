#include "core/tasks/task.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/value.hpp"

namespace qklab::tasks {

void Task::batch(Part part, std::uint64_t k, Batch& into) const {
  const std::size_t size = config_.batch, inputs = size * shape_.length, answers = size * shape_.answers();
  into.ids.resize(shape_.symbols > 0 ? inputs : 0);
  into.vectors.resize(inputs * shape_.channels);
  into.labels.resize(shape_.real_targets ? 0 : answers);
  into.values.resize(shape_.real_targets ? answers * shape_.outputs : 0);
  Stream random = stream_.substream(part == Part::train ? 1 : 2).substream(k);
  for (std::size_t b = 0; b < size; ++b) numbered_sequence(part, k * size + b, random, b, into);
  if (config_.shuffled) deal_out(stream_.substream(part == Part::train ? 3 : 4).substream(k), into);
}

// Permutes the targets over all sequences and positions that have one.
void Task::deal_out(Stream random, Batch& batch) const {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < batch.labels.size(); ++i)
    if (batch.labels[i] != ignored) places.push_back(i);
  for (std::size_t i = places.size(); i > 1; --i)
    std::swap(batch.labels[places[i - 1]], batch.labels[places[random.below(i)]]);
  const std::size_t width = shape_.outputs;
  for (std::size_t i = batch.values.size() / width; i > 1; --i) {
    float* const other = batch.values.data() + random.below(i) * width;
    std::swap_ranges(other, other + width, batch.values.data() + (i - 1) * width);
  }
}

Baseline Task::baseline(std::size_t) const {
  return {std::nullopt, "the task does not state one: train a model without layers (layers: 0)"};
}

bool Task::solve(Batch&) const { return false; }

std::vector<std::string> task_names() { return Registry<TaskKind>::all().names(); }

std::string problem(const TaskConfig& config) {
  if (config.length < 1) return "length is 0: a sequence needs at least 1 position";
  if (config.batch < 1) return "batch is 0: a step needs at least 1 sequence";
  return config.kind->problem ? config.kind->problem(config) : "";
}

std::unique_ptr<Task> make_task(const TaskConfig& config, Stream stream) {
  if (const std::string why = problem(config); !why.empty()) throw InputError(why);
  return config.kind->make(config, stream);
}

std::uint64_t task_key(const TaskConfig& config) {
  std::string text = fmt::format("{} {} {} {} {} {} {} {} {}", config.kind.name(), config.length,
                                 config.batch, config.vocabulary, config.features, config.examples,
                                 shortest(config.noise), config.unit, config.text);
  if (config.windows != TaskConfig().windows) text += " " + config.windows;  // which came later
  if (!config.vocabulary_file.empty()) text += " " + config.vocabulary_file;
  for (const auto& [name, value] : config.kind.settings())
    text += fmt::format(" {}={}", name, to_text(value));
  return hash_text(text);
}

}  // namespace qklab::tasks
