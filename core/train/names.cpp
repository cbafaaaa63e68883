#include "core/train/names.hpp"

namespace qklab::train {

namespace {

std::vector<std::string> names_of(const std::vector<Choice>& choices) {
  std::vector<std::string> names;
  for (const Choice& choice : choices) names.push_back(choice.name);
  return names;
}

}  // namespace

const std::vector<Choice>& attentions() {
  static const std::vector<Choice> all = {
      {"softmax", "weights exp(score), of sum 1"},
      {"sparsemax", "the scores' Euclidean projection on weights of sum 1, many of them 0"},
      {"piecewise", "softmax's tangent at equal scores, clipped to [0, 1]"},
      {"sigmoid", "sigmoid(score - log T); rows need not sum to 1"},
      {"linear", "score / T; rows need not sum to 1"},
      {"gated_linear", "a state that decays by learned gates and takes up a token at a time; causal"},
  };
  return all;
}
const std::vector<Choice>& optimizers() {
  static const std::vector<Choice> all = {
      {"sgd", "stochastic gradient descent"},
      {"momentum", "sgd along a running sum of gradients"},
      {"nesterov", "momentum that looks a step ahead"},
      {"adam", "steps scaled by running moments of the gradient"},
      {"adamw", "adam with decoupled weight decay"},
      {"sign_sgd", "steps of one size, along the gradient's signs"},
      {"lion", "steps of one size, along the signs of a running mean"},
      {"mirror", "mirror descent under the potential (1/p) sum |w|^p"},
  };
  return all;
}
const std::vector<Choice>& regularizers() {
  static const std::vector<Choice> all = {
      {"none", "no regularizer"},
      {"locater", "LocAteR: tr(W_QK^2) of each head is penalized while tr(W_QK) is kept"},
      {"weight_decay", "the optimizer's weight decay, by strength"},
      {"sigma_reparam", "every weight of the blocks is gamma W / ||W||, its spectral norm learned"},
      {"tame", "W_QK of each head is rescaled by its tr(W_QK^2), its size learned"},
  };
  return all;
}

const std::vector<std::string>& attention_names() {
  static const std::vector<std::string> names = names_of(attentions());
  return names;
}
const std::vector<std::string>& norm_names() {
  static const std::vector<std::string> names = {"none", "pre", "post"};
  return names;
}
const std::vector<std::string>& positions_names() {
  static const std::vector<std::string> names = {"none", "learned"};
  return names;
}
const std::vector<std::string>& optimizer_names() {
  static const std::vector<std::string> names = names_of(optimizers());
  return names;
}
const std::vector<std::string>& schedule_names() {
  static const std::vector<std::string> names = {"constant", "cosine"};
  return names;
}
const std::vector<std::string>& regularizer_names() {
  static const std::vector<std::string> names = names_of(regularizers());
  return names;
}
const std::vector<std::string>& keep_names() {
  static const std::vector<std::string> names = {"none", "init", "penalty"};
  return names;
}
const std::vector<std::string>& squares_names() {
  static const std::vector<std::string> names = {"trace", "frobenius"};
  return names;
}

}  // namespace qklab::train
