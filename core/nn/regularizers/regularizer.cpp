#include "core/nn/regularizers/regularizer.hpp"

#include <cmath>

#include "core/base/error.hpp"
#include "core/nn/weights/reparametrize.hpp"

namespace qklab::nn {

std::vector<std::string> problems(const RegularizerConfig& config) {
  if (config.strength >= 0 && std::isfinite(config.strength)) return {};
  return {fmt::format("strength is {}: set it to a number of 0 or more", config.strength)};
}

void configure(const RegularizerConfig& config, ModelConfig& model, OptimizerConfig& optimizer) {
  if (config.kind->configure) config.kind->configure(config, model, optimizer);
}

template <class T>
Regularizer<T>::Regularizer(Transformer<T>& model, const RegularizerConfig& config) : model_(&model) {
  for (const std::string& problem : problems(config)) throw InputError(problem);
  const auto& make = config.kind->make;
  if (make) penalty_ = make.template of<T>()(model, config);
}

template <class T> void Regularizer<T>::after_update() {
  step_power_iteration(*model_);
  if (penalty_) penalty_->after_update();
}

template class Regularizer<float>;
template class Regularizer<double>;

}  // namespace qklab::nn
