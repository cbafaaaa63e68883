// Regularizers of the eigenspectrum, by name. Each belongs to the loss and what follows an update, to the
// model, or to the optimizer.
#pragma once

#include <memory>

#include "core/nn/optimizers/optimizer.hpp"
#include "core/nn/transformer.hpp"
#include "core/schema/named.hpp"

namespace qklab::nn {

struct RegularizerKind;

// How LocAteR keeps tr(W_QK), three readings of our own.
enum class TraceKeep {
  none,     // tr(W_QK) is free
  init,     // after each update, W_QK is moved to the nearest point that has the initial trace
  penalty,  // strength * (tr(W_QK) - initial trace)^2 is added to the loss, for each head
};
inline constexpr std::array<Named<TraceKeep>, 3> trace_keeps = {
    {{"none", TraceKeep::none}, {"init", TraceKeep::init}, {"penalty", TraceKeep::penalty}}};

// What LocAteR adds for each head. Both are the sum of squared eigenvalues while W_QK is symmetric.
enum class Squares {
  trace,      // tr(W_QK^2): has no lower bound, as W_QK's antisymmetric part lowers it
  frobenius,  // tr(W_QK W_QK^T), its twin that is never negative
};
inline constexpr std::array<Named<Squares>, 2> squares_kinds = {
    {{"trace", Squares::trace}, {"frobenius", Squares::frobenius}}};

struct RegularizerConfig {
  Choice<RegularizerKind> kind = "none";
  double strength = 0;
  TraceKeep keep = TraceKeep::init;
  Squares squares = Squares::trace;
};

// What a regularizer does while a model is trained; by itself, nothing.
template <class T> class Penalty {
 public:
  virtual ~Penalty() = default;
  virtual Tensor<T> add_to(Tensor<T> loss) const { return loss; }
  virtual void begin() {}         // after initialization
  virtual void after_update() {}  // of the parameters
};

struct RegularizerKind {
  template <class T>
  using Make = std::unique_ptr<Penalty<T>>(Transformer<T>& model, const RegularizerConfig& config);

  std::string name = {}, doc = {};
  int place = last_place;
  Schema parameters = {};
  // Of one that belongs to the model or the optimizer: puts it there.
  void (*configure)(const RegularizerConfig&, ModelConfig&, OptimizerConfig&) = nullptr;
  Both<Make> make = {};  // of one that belongs to training
  static constexpr const char* kind = "regularizer";
  static constexpr const char* noun = "regularizers";
};

// What is wrong, each message saying what to change; empty if nothing is.
std::vector<std::string> problems(const RegularizerConfig& config);

// Puts a regularizer that belongs to the model or the optimizer there; nothing else.
void configure(const RegularizerConfig& config, ModelConfig& model, OptimizerConfig& optimizer);

// What a regularizer adds to training:
//
//     Regularizer<T> regularizer(model, config);
//     loss = regularizer.add_to(loss);
//     initialize(model, ...); regularizer.begin();
//     each step: forward, backward, optimizer.step(), regularizer.after_update()
template <class T> class Regularizer {
 public:
  // Throws InputError where the config has problems, or where LocAteR meets a reparametrized model.
  Regularizer(Transformer<T>& model, const RegularizerConfig& config);

  Tensor<T> add_to(Tensor<T> loss) const { return penalty_ ? penalty_->add_to(loss) : loss; }

  // Remembers the traces of the present parameters as the initial ones. After initialization; to go on from a
  // checkpoint, initialize as at first, begin(), then load parameters.
  void begin() {
    if (penalty_) penalty_->begin();
  }

  // To be called after each update: holds traces (keep init), advances sigma-Reparam's power iteration.
  void after_update();

 private:
  Transformer<T>* model_;
  std::unique_ptr<Penalty<T>> penalty_;
};

extern template class Regularizer<float>;
extern template class Regularizer<double>;

}  // namespace qklab::nn
