#include "core/nn/optimizer.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/base/elementary.hpp"
#include "core/base/error.hpp"
#include "core/kernels/denormals.hpp"
#include "core/kernels/optimizers.hpp"
#include "core/kernels/reduce.hpp"

namespace qklab::nn {
namespace {

std::size_t arrays(OptimizerKind kind) {
  switch (kind) {
    case OptimizerKind::adam:
    case OptimizerKind::adamw:
      return 2;
    case OptimizerKind::momentum:
    case OptimizerKind::nesterov:
    case OptimizerKind::lion:
      return 1;
    default:
      return 0;
  }
}

}  // namespace

OptimizerConfig defaults(OptimizerKind kind) {
  OptimizerConfig config{.kind = kind};
  if (kind == OptimizerKind::adamw) config.weight_decay = 0.01;
  if (kind == OptimizerKind::lion) config.beta2 = 0.99;
  return config;
}

std::vector<std::string> problems(const OptimizerConfig& c) {
  std::vector<std::string> found;
  const auto within = [&](const char* name, double value, double low, double high) {
    if (value >= low && value < high) return;
    found.push_back(std::isinf(high)
                        ? fmt::format("{} is {}: set it to a number of {} or more", name, value, low)
                        : fmt::format("{} is {}: set it to {} or more and below {}", name, value, low, high));
  };
  within("learning rate", c.rate, 0, INFINITY);
  within("momentum", c.momentum, 0, 1);
  within("beta1", c.beta1, 0, 1);
  within("beta2", c.beta2, 0, 1);
  within("epsilon", c.epsilon, 0, INFINITY);
  within("weight decay", c.weight_decay, 0, INFINITY);
  within("clip", c.clip, 0, INFINITY);
  if (!(c.power > 1 && std::isfinite(c.power)))
    found.push_back(fmt::format("power is {}: mirror descent needs one above 1", c.power));
  return found;
}

template <class T>
Optimizer<T>::Optimizer(const OptimizerConfig& config, autodiff::Tape<T>& tape)
    : config_(config), tape_(&tape), state_(arrays(config.kind) * tape.parameters().size()) {
  std::string text;
  for (const std::string& problem : problems(config)) text += (text.empty() ? "" : "\n") + problem;
  if (!text.empty()) throw InputError(text);
  set_rates([](std::string_view) { return 1.0; });
}

template <class T> void Optimizer<T>::set_rates(const std::function<double(std::string_view)>& of) {
  runs_.clear();
  for (const auto& block : tape_->blocks()) {
    const double rate = block.trainable ? of(block.name) : 0;
    if (!(rate >= 0 && std::isfinite(rate))) {
      throw InputError(
          fmt::format("the rate of {} is {}: set it to 0 (frozen) or a positive number", block.name, rate));
    }
    if (rate == 0) continue;
    if (!runs_.empty() && runs_.back().rate == rate &&
        runs_.back().offset + runs_.back().size == block.offset) {
      runs_.back().size += block.size;
    } else {
      runs_.push_back({block.offset, block.size, rate});
    }
  }
}

template <class T> double Optimizer<T>::step(double factor) {
  [[maybe_unused]] const kernels::FlushInTraining<T> flush;
  ++steps_;
  const T* gradients = tape_->gradients().data();
  double squares = 0;
  for (const Run& run : runs_) {
    const T* g = gradients + run.offset;
    squares += kernels::sum_of<double>(run.size, [=](std::size_t i) {
      const auto x = static_cast<double>(g[i]);
      return x * x;
    });
  }
  const double norm = std::sqrt(squares);
  // As PyTorch's clip_grad_norm_, which guards against a division by 0.
  const double clip = config_.clip > 0 && norm > config_.clip ? config_.clip / (norm + 1e-6) : 1;
  for (const Run& run : runs_) update(run, config_.rate * factor * run.rate, clip);
  return norm;
}

template <class T> void Optimizer<T>::update(const Run& run, double rate, double factor) {
  const std::size_t n = run.size, all = tape_->parameters().size();
  const T* g = tape_->gradients().data() + run.offset;
  T* w = tape_->parameters().data() + run.offset;
  T* first = state_.empty() ? nullptr : state_.data() + run.offset;
  const auto real = [](double x) { return static_cast<T>(x); };
  const T lr = real(rate), by = real(factor), decay = real(config_.weight_decay);
  switch (config_.kind) {
    case OptimizerKind::sgd:
      return kernels::sgd(n, lr, by, decay, g, w);
    case OptimizerKind::momentum:
    case OptimizerKind::nesterov:
      return kernels::momentum(n, lr, by, decay, real(config_.momentum),
                               config_.kind == OptimizerKind::nesterov, g, w, first);
    case OptimizerKind::sign_sgd:
      return kernels::sign_sgd(n, lr, by, decay, g, w);
    case OptimizerKind::lion:
      return kernels::lion(n, lr, by, decay, real(config_.beta1), real(config_.beta2), g, w, first);
    case OptimizerKind::mirror:
      return kernels::mirror_descent(n, lr, by, decay, real(config_.power), g, w);
    case OptimizerKind::adam:
    case OptimizerKind::adamw: {
      const auto t = static_cast<double>(steps_);
      const kernels::AdamStep<T> s{.rate = lr,
                                   .factor = by,
                                   .decay = decay,
                                   .beta1 = real(config_.beta1),
                                   .beta2 = real(config_.beta2),
                                   .epsilon = real(config_.epsilon),
                                   .correction1 = real(1 - elementary::pow(config_.beta1, t)),
                                   .root_correction2 = real(std::sqrt(1 - elementary::pow(config_.beta2, t))),
                                   .decoupled = config_.kind == OptimizerKind::adamw};
      return kernels::adam(n, s, g, w, first, first + all);
    }
  }
}

template class Optimizer<float>;
template class Optimizer<double>;

}  // namespace qklab::nn
