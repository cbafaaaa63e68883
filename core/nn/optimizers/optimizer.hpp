// Optimizers over all parameters of a tape at once.
//
//     Optimizer<float> optimizer(defaults("adamw"), tape);
//     tape.forward(); tape.backward(loss); optimizer.step(schedule.factor(step));
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/autodiff/tape.hpp"
#include "core/nn/both.hpp"
#include "core/schema/choice.hpp"

namespace qklab::nn {

struct OptimizerKind;

struct OptimizerConfig {
  Choice<OptimizerKind> kind = "adam";
  double rate = 1e-3;                 // learning rate, times the schedule's factor and the block's
  double momentum = 0.9;              // of momentum, nesterov and signum
  double beta1 = 0.9, beta2 = 0.999;  // of adam, adamw and lion; beta2 of rmsprop
  double epsilon = 1e-8;              // of adam, adamw and rmsprop
  double weight_decay = 0;            // decoupled in adamw and lion, otherwise added to the gradient
  double power = 3;                   // p of mirror descent, above 1
  double clip = 0;                    // gradients are scaled down to this global norm; 0: never
};

// One step of `size` parameters side by side in memory.
template <class T> struct Update {
  std::size_t size;
  T rate, factor, decay;  // factor: what gradients are to be multiplied by first; decay: weight_decay
  const T* gradient;
  T* weight;
  T* first_state;          // as many numbers, kept from step to step and 0 at first; and so on
  std::size_t next_state;  // from a parameter's first number to its second
  std::int64_t step;       // 1, 2, ...
  const OptimizerConfig& config;

  T* state(std::size_t k) const { return first_state + k * next_state; }
  static T real(double x) { return static_cast<T>(x); }
};

struct OptimizerKind {
  template <class T> using Step = void(const Update<T>& update);

  std::string name = {}, doc = {};
  int place = last_place;
  Schema parameters = {};
  std::size_t states = 0;                            // numbers that are kept for each parameter
  void (*set_defaults)(OptimizerConfig&) = nullptr;  // where they differ from OptimizerConfig's
  Both<Step> step = {};
  static constexpr const char* kind = "optimizer";
  static constexpr const char* noun = "optimizers";
};

// A kind with its usual settings: PyTorch's (AdamW's weight decay is 0.01), and Lion's and RMSprop's beta2 of 0.99.
OptimizerConfig defaults(const Choice<OptimizerKind>& kind);

// What is wrong, each message saying what to change; empty if nothing is.
std::vector<std::string> problems(const OptimizerConfig& config);

template <class T> class Optimizer {
 public:
  // Every trainable block at rate 1. Throws InputError where the config has problems. Declare all parameters
  // first.
  Optimizer(const OptimizerConfig& config, autodiff::Tape<T>& tape);

  // Multiplies the learning rate of each block by what `of` says to its name; 0 freezes it, weight decay and
  // clipping included. Throws InputError where that is negative or not finite.
  void set_rates(const std::function<double(std::string_view name)>& of);

  // Updates the parameters by the gradients of the last backward(). Yields the Euclidean norm of the
  // gradients of all blocks that are not frozen, before clipping.
  double step(double factor = 1);

  // For checkpoints: with parameters, these are all that the next step depends on.
  std::span<T> state() { return state_; }
  std::int64_t steps() const { return steps_; }
  void set_steps(std::int64_t steps) { steps_ = steps; }

  const OptimizerConfig& config() const { return config_; }

 private:
  // Blocks side by side that share a rate.
  struct Run {
    std::size_t offset, size;
    double rate;
  };
  void update(const Run& run, double rate, double factor);

  OptimizerConfig config_;
  const OptimizerKind* kind_;
  autodiff::Tape<T>* tape_;
  std::vector<Run> runs_;
  std::vector<T> state_;  // numbers that are kept for each parameter, one array after the other
  std::int64_t steps_ = 0;
};

extern template class Optimizer<float>;
extern template class Optimizer<double>;

}  // namespace qklab::nn
