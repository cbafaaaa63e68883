#include "core/train/of_trial.hpp"

#include <cmath>

namespace qklab::train {

Standards standards_of(const tasks::Task& task, std::size_t batches) {
  return {task.floor().value, task.baseline(batches).value};
}

std::optional<double> Standards::above_baseline(double loss) const {
  // Sums of the same terms in another order differ by rounding.
  constexpr double equal = 1e-12;
  if (!floor || !baseline || *baseline - *floor <= equal * std::abs(*baseline)) return std::nullopt;
  return (*baseline - loss) / (*baseline - *floor);
}

std::unique_ptr<tasks::Task> task_of(const Trial& trial, const tasks::TaskConfig& config) {
  return tasks::make_task(config, trial.shared_stream("task", tasks::task_key(config)));
}

std::string heads_problem(const Parameters& params) {
  return params.integer("dim") % params.integer("heads") == 0
             ? ""
             : "heads must divide dim, in a sweep by where: \"dim % heads == 0\"";
}

void record_level(Result& result, std::string_view name, const Curve& loss, double value) {
  result.series(name, loss.step, std::vector<double>(loss.step.size(), value));
}

}  // namespace qklab::train
