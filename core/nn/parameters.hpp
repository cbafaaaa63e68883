// Parameters by name.
#pragma once

#include <string_view>

#include "core/autodiff/tape.hpp"
#include "core/base/error.hpp"

namespace qklab::nn {

// Throws Error where the tape has no parameter of that name.
template <class T> autodiff::Tensor<T> parameter_named(const autodiff::Tape<T>& tape, std::string_view name) {
  for (const auto& block : tape.blocks())
    if (block.name == name) return block.tensor;
  throw Error("the model has no parameter named " + std::string(name));
}

}  // namespace qklab::nn
