#include "core/tasks/task.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/error.hpp"
#include "core/base/value.hpp"
#include "core/tasks/entries.hpp"

namespace qklab::tasks {

namespace {

const std::vector<Entry>& entries() {
  static const std::vector<Entry> all = {
      sort_entry(), markov_entry(),       recall_entry(),     copy_entry(),      induction_entry(),
      hull_entry(), memorization_entry(), regression_entry(), selection_entry(), text_entry()};
  return all;
}

const Entry& entry(std::string_view name) {
  for (const Entry& each : entries())
    if (each.info.name == name) return each;
  const std::vector<std::string> names = task_names();
  throw InputError(
      fmt::format("no task '{}'{}; there are {}", name, did_you_mean(name, names), fmt::join(names, ", ")));
}

}  // namespace

void Task::batch(Part part, std::uint64_t k, Batch& into) const {
  const std::size_t size = config_.batch, inputs = size * shape_.length, answers = size * shape_.answers();
  into.ids.resize(shape_.symbols > 0 ? inputs : 0);
  into.vectors.resize(inputs * shape_.channels);
  into.labels.resize(shape_.real_targets ? 0 : answers);
  into.values.resize(shape_.real_targets ? answers * shape_.outputs : 0);
  Stream random = stream_.substream(part == Part::train ? 1 : 2).substream(k);
  for (std::size_t b = 0; b < size; ++b) sequence(part, random, b, into);
}

bool Task::solve(Batch&) const { return false; }

const std::vector<TaskInfo>& task_infos() {
  static const std::vector<TaskInfo> infos = [] {
    std::vector<TaskInfo> all;
    for (const Entry& each : entries()) all.push_back(each.info);
    return all;
  }();
  return infos;
}

const TaskInfo& task_info(std::string_view name) { return entry(name).info; }

std::vector<std::string> task_names() {
  std::vector<std::string> names;
  for (const Entry& each : entries()) names.push_back(each.info.name);
  return names;
}

std::string problem(const TaskConfig& config) {
  if (config.length < 1) return "length is 0: a sequence needs at least 1 position";
  if (config.batch < 1) return "batch is 0: a step needs at least 1 sequence";
  return entry(config.name).problem(config);
}

std::unique_ptr<Task> make_task(const TaskConfig& config, Stream stream) {
  if (const std::string why = problem(config); !why.empty()) throw InputError(why);
  return entry(config.name).make(config, stream);
}

std::uint64_t task_key(const TaskConfig& config) {
  return hash_text(fmt::format("{} {} {} {} {} {} {} {} {}", config.name, config.length, config.batch,
                               config.vocabulary, config.features, config.examples, shortest(config.noise),
                               config.unit, config.text));
}

}  // namespace qklab::tasks
