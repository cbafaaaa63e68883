// The choices of a training run by name, as configs spell them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"
#include "core/train/trainer.hpp"

namespace qklab::train {

// A choice as configs spell it, and what it is in one line.
struct Choice {
  std::string name, doc;
};

// All in the order of the enumerations.
const std::vector<Choice>& attentions();
const std::vector<Choice>& optimizers();
const std::vector<Choice>& regularizers();
const std::vector<std::string>& attention_names();    // softmax, sparsemax, piecewise, ...
const std::vector<std::string>& norm_names();         // none, pre, post
const std::vector<std::string>& positions_names();    // none, learned
const std::vector<std::string>& optimizer_names();    // sgd, momentum, nesterov, adam, adamw, ...
const std::vector<std::string>& schedule_names();     // constant, cosine
const std::vector<std::string>& regularizer_names();  // none, locater, weight_decay, sigma_reparam, tame
const std::vector<std::string>& keep_names();         // none, init, penalty
const std::vector<std::string>& squares_names();      // trace, frobenius

// The enumerator called `name`: named<nn::Norm>("pre", norm_names()). Throws Error where there is none.
template <class E> E named(std::string_view name, const std::vector<std::string>& names) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) return static_cast<E>(i);
  throw Error("no choice is named '" + std::string(name) + "'" + did_you_mean(name, names));
}

template <class E> const std::string& name_of(E value, const std::vector<std::string>& names) {
  return names.at(static_cast<std::size_t>(value));
}

}  // namespace qklab::train
