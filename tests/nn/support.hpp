// Small models with random data, for tests.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "core/base/stream.hpp"
#include "core/nn/weights/initialize.hpp"

namespace qklab::nn {

inline ModelConfig small(const Choice<AttentionKind>& attention = "softmax",
                         const Choice<NormKind>& norm = "pre") {
  ModelConfig c;
  c.vocabulary = c.outputs = 5;
  c.length = 4;
  c.dim = 6;
  c.heads = 2;
  c.layers = 2;
  c.ffn = 7;
  c.norm = norm;
  c.mask = Mask::causal();
  c.attention = attention;
  return c;
}

// A model with cross-entropy on random tokens, parameters drawn anew around the usual ones.
template <class T> struct Trained {
  Tape<T> tape;
  Transformer<T> model;
  Indices<T> targets;
  Tensor<T> loss;

  explicit Trained(const ModelConfig& config, int batch = 2, Use use = Use::training)
      : model(tape, config, batch, use),
        targets(tape.indices({batch, config.length})),
        loss(cross_entropy(model.output, targets)) {
    draw(1);
  }

  void draw(std::uint64_t seed) {
    initialize(model, {}, Stream(seed, 0, "parameters"));
    Stream data(seed, 0, "data");
    const auto class_below = [&](int n) {
      return static_cast<std::int32_t>(data.below(static_cast<std::uint64_t>(n)));
    };
    if (model.config.vocabulary > 0) {
      for (auto& token : model.tokens.value()) token = class_below(model.config.vocabulary);
    } else {
      for (T& x : model.features.value()) x = static_cast<T>(data.normal());
    }
    for (auto& target : targets.value()) target = class_below(model.config.outputs);
  }

  void step() {
    tape.forward();
    tape.backward(loss);
  }
};

}  // namespace qklab::nn
