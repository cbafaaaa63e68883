// Where the parts of a model declare their parameters: a tape, the config, and a prefix of names.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/autodiff/ops/ops.hpp"
#include "core/nn/config.hpp"

namespace qklab::nn {

using autodiff::Indices;
using autodiff::linear;
using autodiff::Shape;
using autodiff::Tape;
using autodiff::Tensor;

// A weight W (out, in) that is divided by u^T W v, its spectral norm once u (1, out) and v (in, 1) are the
// leading singular vectors. These are parameters that are not trained: what is saved with the others is
// all that a run needs to go on, and a second graph with equal parameters computes the same.
template <class T> struct SpectralWeight { Tensor<T> weight, u, v; };

// A linear map: weight (out, in), and bias (out), which has no tape where there is none.
template <class T> struct Map { Tensor<T> weight, bias; };

// Where numbers are dropped: before the first block, or in a block, each part of which has a place of its own.
enum class Place { embedding, weights, attention, mlp };

template <class T> class Scope {
 public:
  // masks: which numbers are dropped in training; null where a model is read.
  Scope(Tape<T>& tape, const ModelConfig& config, int batch, std::vector<SpectralWeight<T>>& spectral,
        const Stream* masks)
      : tape_(&tape), config_(&config), batch_(batch), spectral_(&spectral), masks_(masks) {}

  const ModelConfig& config() const { return *config_; }
  Tape<T>& tape() const { return *tape_; }
  int batch() const { return batch_; }

  // The scope of a part: its names begin with "name.".
  Scope in(std::string_view name) const {
    Scope part = *this;
    part.prefix_ = fmt::format("{}{}.", prefix_, name);
    return part;
  }

  Scope in_block(int n) const {
    Scope part = in(fmt::format("blocks.{}", n));
    part.block_ = n;
    return part;
  }

  bool drops(double probability) const { return masks_ && probability > 0; }
  // What dropout() gets; a null stream where nothing is dropped. Embedding is place 0, and the places of block n are
  // 3n + 1, 3n + 2, 3n + 3.
  autodiff::Dropout dropout_of(Place place, double probability) const {
    if (!drops(probability)) return {};
    return autodiff::dropout_at(*masks_, 3 * block_ + static_cast<int>(place), probability);
  }
  Tensor<T> dropped(Place place, double probability, Tensor<T> x) const {
    return drops(probability) ? autodiff::dropout(x, dropout_of(place, probability)) : x;
  }

  Tensor<T> parameter(std::string_view name, Shape shape, bool trainable = true) const {
    return tape_->parameter(fmt::format("{}{}", prefix_, name), shape, trainable);
  }

  // The weight (out, in) of a block's linear map, as it is to be used: "name.weight", or under sigma-Reparam
  // gamma W / ||W||_2 with "name.gamma", a scalar; queries, keys and values with "name.adapter.{down,up}.weight" where
  // the config has adapters.
  Tensor<T> weight(std::string_view name, int out, int in) const {
    const Scope map = this->in(name);
    const Tensor<T> w = map.parameter("weight", {out, in});
    if (const int rank = config_->adapter_rank; rank > 0 && (name == "q" || name == "k" || name == "v")) {
      const Tensor<T> down = map.parameter("adapter.down.weight", {rank, in});
      return w + matmul(map.parameter("adapter.up.weight", {out, rank}), down);
    }
    if (config_->reparametrization != Reparametrization::sigma) return w;
    const Tensor<T> gamma = map.parameter("gamma", {});
    const Tensor<T> u = map.parameter("u", {1, out}, false), v = map.parameter("v", {in, 1}, false);
    spectral_->push_back({w, u, v});
    // A matrix of zeros has no direction, and stays what it is: 0 over a norm of this size, which is nothing
    // beside that of any other.
    constexpr double least_norm = 1e-15;
    return w * div(gamma, affine(reshape(matmul(matmul(u, w), v), {}), 1, least_norm));
  }

 private:
  Tape<T>* tape_;
  const ModelConfig* config_;
  int batch_;
  std::vector<SpectralWeight<T>>* spectral_;
  const Stream* masks_;
  int block_ = 0;
  std::string prefix_;
};

}  // namespace qklab::nn
