// Regularizers of the eigenspectrum, by name.
//
//   locater        LocAteR (Bao, Hataya, Karakida 2024): strength * sum over layers and heads of tr(W_QK^2)
//   is
//                  added to the loss while tr(W_QK) is kept, so that the variance of the eigenvalues falls
//                  and their mean stays. How it is kept is our own reading, three of them: see TraceKeep.
//   weight_decay   the optimizer's, by `strength`
//   sigma_reparam  the model's, see Reparametrization
//   tame           the model's, see Reparametrization
#pragma once

#include "core/nn/optimizer.hpp"
#include "core/nn/transformer.hpp"

namespace qklab::nn {

enum class RegularizerKind { none, locater, weight_decay, sigma_reparam, tame };

enum class TraceKeep {
  none,     // tr(W_QK) is free
  init,     // after each update, W_QK is moved to the nearest point that has the initial trace
  penalty,  // strength * (tr(W_QK) - initial trace)^2 is added to the loss, for each head
};

// What LocAteR adds for each head. Both are the sum of squared eigenvalues while W_QK is symmetric.
enum class Squares {
  trace,      // tr(W_QK^2): has no lower bound, as W_QK's antisymmetric part lowers it
  frobenius,  // tr(W_QK W_QK^T), its twin that is never negative
};

struct RegularizerConfig {
  RegularizerKind kind = RegularizerKind::none;
  double strength = 0;
  TraceKeep keep = TraceKeep::init;
  Squares squares = Squares::trace;
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

  Tensor<T> add_to(Tensor<T> loss) const;

  // Remembers the traces of the present parameters as the initial ones. After initialization; to go on from a
  // checkpoint, initialize as at first, begin(), then load parameters.
  void begin();

  // To be called after each update: holds traces (keep init), advances sigma-Reparam's power iteration.
  void after_update();

 private:
  // body(head, its initial trace), for each head of each layer.
  template <class Body> void for_each_head(Body body);

  Transformer<T>* model_;
  RegularizerConfig config_;
  std::vector<Tensor<T>> initial_;  // by layer: tr(W_QK) (heads)
};

extern template class Regularizer<float>;
extern template class Regularizer<double>;

}  // namespace qklab::nn
