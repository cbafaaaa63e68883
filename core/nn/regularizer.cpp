#include "core/nn/regularizer.hpp"

#include <cmath>

#include "core/base/error.hpp"
#include "core/nn/hold_trace.hpp"
#include "core/nn/parameters.hpp"
#include "core/nn/reparametrize.hpp"

namespace qklab::nn {

std::vector<std::string> problems(const RegularizerConfig& config) {
  if (config.strength >= 0 && std::isfinite(config.strength)) return {};
  return {fmt::format("strength is {}: set it to a number of 0 or more", config.strength)};
}

void configure(const RegularizerConfig& config, ModelConfig& model, OptimizerConfig& optimizer) {
  if (config.kind == RegularizerKind::weight_decay) optimizer.weight_decay = config.strength;
  if (config.kind == RegularizerKind::sigma_reparam) model.reparametrization = Reparametrization::sigma;
  if (config.kind == RegularizerKind::tame) model.reparametrization = Reparametrization::tame;
}

template <class T>
Regularizer<T>::Regularizer(Transformer<T>& model, const RegularizerConfig& config)
    : model_(&model), config_(config) {
  for (const std::string& problem : problems(config)) throw InputError(problem);
  if (config.kind != RegularizerKind::locater) return;
  if (model.config.reparametrization != Reparametrization::none)
    throw InputError("LocAteR holds the trace of plain weights: set reparametrization to none");
  for (const Layer<T>& layer : model.layers)
    initial_.push_back(model.tape.input({layer.attention.layout.heads}));
}

template <class T> template <class Body> void Regularizer<T>::for_each_head(Body body) {
  for (std::size_t n = 0; n < initial_.size(); ++n) {
    const Attention<T>& attention = model_->layers[n].attention;
    const std::span<T> initial = initial_[n].value();
    for (int h = 0; h < attention.layout.heads; ++h)
      body(attention.head(h), initial[static_cast<std::size_t>(h)]);
  }
}

template <class T> Tensor<T> Regularizer<T>::add_to(Tensor<T> loss) const {
  for (std::size_t n = 0; n < initial_.size(); ++n) {
    const Attention<T>& attention = model_->layers[n].attention;
    const Tensor<T> heads = head_matrices(attention.layout, attention.query, attention.key);
    const Tensor<T> squares = config_.squares == Squares::trace
                                  ? sum(trace_of_square(heads))
                                  : squared_norms(attention.layout, attention.query, attention.key);
    loss = loss + scale(squares, config_.strength);
    if (config_.keep == TraceKeep::penalty)
      loss = loss + scale(sum(power(trace(heads) - initial_[n], 2)), config_.strength);
  }
  return loss;
}

template <class T> void Regularizer<T>::begin() {
  for_each_head([](const HeadView<T>& head, T& initial) { initial = static_cast<T>(head.trace()); });
}

template <class T> void Regularizer<T>::after_update() {
  step_power_iteration(*model_);
  if (config_.keep != TraceKeep::init) return;
  for_each_head([](const HeadView<T>& head, T& initial) { head.hold_trace(static_cast<double>(initial)); });
}

template class Regularizer<float>;
template class Regularizer<double>;

}  // namespace qklab::nn
