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
  for (int n = 0; n < model.config.layers; ++n) initial_.push_back(model.tape.input({model.config.heads}));
}

namespace {

// tr(W_QK W_QK^T), all heads together. With factors W = W_k^T W_q it is the inner product of the Gram
// matrices W_q W_q^T and W_k W_k^T.
template <class T> Tensor<T> squared_norms(const ModelConfig& c, const Attention<T>& of) {
  if (c.combined) return sum(power(of.query, 2));
  const auto gram = [&c](Tensor<T> weight) {
    const Tensor<T> heads = reshape(weight, {c.heads, weight.shape()[0] / c.heads, c.dim});
    return matmul(heads, heads, {.transpose_b = true});
  };
  return sum(gram(of.query) * gram(of.key));
}

}  // namespace

template <class T> Tensor<T> Regularizer<T>::add_to(Tensor<T> loss) const {
  for (std::size_t n = 0; n < initial_.size(); ++n) {
    const Attention<T>& attention = model_->layers[n].attention;
    const Tensor<T> heads = head_matrices(model_->config, attention);
    const Tensor<T> squares = config_.squares == Squares::trace ? sum(trace_of_square(heads))
                                                                : squared_norms(model_->config, attention);
    loss = loss + scale(squares, config_.strength);
    if (config_.keep == TraceKeep::penalty)
      loss = loss + scale(sum(power(trace(heads) - initial_[n], 2)), config_.strength);
  }
  return loss;
}

template <class T> void Regularizer<T>::begin() {
  const std::size_t heads = static_cast<std::size_t>(model_->config.heads);
  for (std::size_t n = 0; n < initial_.size(); ++n) {
    const std::vector<double> traces = head_traces(model_->config, model_->layers[n].attention);
    for (std::size_t h = 0; h < heads; ++h) initial_[n].value()[h] = static_cast<T>(traces[h]);
  }
}

template <class T> void Regularizer<T>::after_update() {
  step_power_iteration(*model_);
  if (config_.keep != TraceKeep::init) return;
  const ModelConfig& c = model_->config;
  const auto dim = static_cast<std::size_t>(c.dim);
  const std::size_t rows = c.combined ? dim : static_cast<std::size_t>(c.head_width());
  for (std::size_t n = 0; n < initial_.size(); ++n) {
    const Attention<T>& attention = model_->layers[n].attention;
    for (std::size_t h = 0; h < static_cast<std::size_t>(c.heads); ++h) {
      const double trace = static_cast<double>(initial_[n].value()[h]);
      const auto part = [&](Tensor<T> weight) { return weight.value().subspan(h * rows * dim, rows * dim); };
      if (c.combined) {
        hold_trace(part(attention.query), dim, trace);
      } else {
        hold_trace(part(attention.query), part(attention.key), trace);
      }
    }
  }
}

template class Regularizer<float>;
template class Regularizer<double>;

}  // namespace qklab::nn
