#include "core/nn/optimizers/optimizer.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/base/error.hpp"
#include "core/kernels/denormals.hpp"
#include "core/kernels/parallel.hpp"
#include "core/kernels/reduce.hpp"

namespace qklab::nn {

OptimizerConfig defaults(const Choice<OptimizerKind>& kind) {
  OptimizerConfig config{.kind = kind};
  if (kind->set_defaults) kind->set_defaults(config);
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
    : config_(config), kind_(&*config.kind), tape_(&tape), state_(kind_->states * tape.parameters().size()) {
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
  constexpr double operations = 20;  // of a parameter, roughly
  const auto real = [](double x) { return static_cast<T>(x); };
  kernels::parallel(static_cast<int>(run.size), operations, [&](int begin, int end) {
    const std::size_t first = run.offset + static_cast<std::size_t>(begin);
    kind_->step.template of<T>()({.size = static_cast<std::size_t>(end - begin),
                                  .rate = real(rate),
                                  .factor = real(factor),
                                  .decay = real(config_.weight_decay),
                                  .gradient = tape_->gradients().data() + first,
                                  .weight = tape_->parameters().data() + first,
                                  .first_state = state_.empty() ? nullptr : state_.data() + first,
                                  .next_state = tape_->parameters().size(),
                                  .step = steps_,
                                  .config = config_});
  });
}

template class Optimizer<float>;
template class Optimizer<double>;

}  // namespace qklab::nn
