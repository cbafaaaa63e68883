// Trainings of experiments that have all parameters of schema(): read, and checked before anything runs.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/train/description.hpp"

namespace qklab::train {

Training training_of(const Parameters& params) {
  Training training;
  read(training, params);
  nn::configure(training.config.regularizer, training.config.model, training.config.optimizer);
  return training;
}

std::string problem(const Parameters& p) {
  const Training training = training_of(p);
  const tasks::TaskConfig& task = training.task;
  TrainConfig config = training.config;
  if (const std::string why = tasks::problem(task); !why.empty()) return why;
  if (task.kind->next_token && !p.flag("causal")) {
    return fmt::format(
        "task {} predicts the next symbol, which a model that is not causal sees: set causal to true",
        p.text("task"));
  }
  if (p.text("regularizer") == "weight_decay" && p.real("weight_decay") > 0)
    return "weight decay is set twice: by regularizer with strength, and by weight_decay; leave one out";
  config.model.vocabulary = config.model.outputs = 2;  // the task's, which are fit to it
  if (config.model.tied && p.text("task") != "text")   // as many of a text are symbols and outputs
    fit(config.model, tasks::make_task(task, Stream(0, 0, "shape"))->shape());
  std::vector<std::string> problems = nn::problems(config.model);
  for (const auto& more : {nn::problems(config.optimizer), nn::problems(config.regularizer)})
    problems.insert(problems.end(), more.begin(), more.end());
  const bool uneven = p.integer("dim") % p.integer("heads") != 0;
  return fmt::format("{}{}", fmt::join(problems, "; "),
                     uneven ? ", in a sweep by where: \"dim % heads == 0\"" : "");
}

}  // namespace qklab::train
