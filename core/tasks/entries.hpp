// The tasks there are: one file each, listed in task.cpp.
#pragma once

#include <string>

#include "core/tasks/task.hpp"

namespace qklab::tasks {

struct Entry {
  TaskInfo info;
  std::string (*problem)(const TaskConfig&);
  std::unique_ptr<Task> (*make)(const TaskConfig&, Stream);
};

Entry sort_entry();
Entry markov_entry();
Entry recall_entry();
Entry copy_entry();
Entry induction_entry();
Entry hull_entry();
Entry memorization_entry();
Entry regression_entry();
Entry selection_entry();
Entry text_entry();

template <class T> std::unique_ptr<Task> make(const TaskConfig& config, Stream stream) {
  return std::make_unique<T>(config, stream);
}

}  // namespace qklab::tasks
