#include "core/train/names.hpp"

namespace qklab::train {

const std::vector<std::string>& attention_names() {
  static const std::vector<std::string> names = {"softmax", "sparsemax", "piecewise",
                                                 "sigmoid", "linear",    "gated_linear"};
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
  static const std::vector<std::string> names = {"sgd",   "momentum", "nesterov", "adam",
                                                 "adamw", "sign_sgd", "lion",     "mirror"};
  return names;
}
const std::vector<std::string>& schedule_names() {
  static const std::vector<std::string> names = {"constant", "cosine"};
  return names;
}
const std::vector<std::string>& regularizer_names() {
  static const std::vector<std::string> names = {"none", "locater", "weight_decay", "sigma_reparam", "tame"};
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
