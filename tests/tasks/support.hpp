// A small task of each kind, and its batches.
#pragma once

#include "core/tasks/task.hpp"
#include "tests/source_directory.hpp"

namespace qklab::tasks {

inline const std::string source = source_directory();

inline TaskConfig config_of(const std::string& name) {
  TaskConfig config;
  config.kind = name;
  config.length = 24;
  config.batch = 16;
  config.features = 5;
  config.vocabulary = name == "text" ? 40 : 8;
  config.text = name == "text" ? source + "/data/shakespeare.txt" : "";
  return config;
}

inline std::unique_ptr<Task> make(const TaskConfig& config, std::uint64_t seed = 0) {
  return make_task(config, Stream(seed, task_key(config), "task"));
}

inline Batch batch_of(const Task& task, Part part, std::uint64_t k) {
  Batch batch;
  task.batch(part, k, batch);
  return batch;
}

inline bool equal(const Batch& a, const Batch& b) {
  return a.ids == b.ids && a.vectors == b.vectors && a.labels == b.labels && a.values == b.values;
}

}  // namespace qklab::tasks
