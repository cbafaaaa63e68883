// What a model is put together from, each chosen by name: ways of attention, norms, and how positions are
// told.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/base/registry.hpp"
#include "core/measure/tokens.hpp"
#include "core/nn/attention.hpp"
#include "core/nn/both.hpp"
#include "core/schema/schema.hpp"

namespace qklab::nn {

// How queries take up what keys and values hold.
struct AttentionKind {
  template <class T>
  using Mix = Attention<T>(const Scope<T>& scope, const Reading<T>& from, bool keep_weights);

  std::string name = {}, doc = {};
  int place = last_place;
  Schema parameters = {};
  // What is wrong with a model that has it, each message saying what to change.
  std::vector<std::string> (*problems)(const ModelConfig&) = nullptr;
  // Whether a query's weights are nowhere negative, so that they have an entropy; then they are kept if
  // asked.
  bool has_entropy = true;
  // Of which models it maps tokens by themselves and in no other way, where weights are not kept.
  bool (*reads_table)(const ModelConfig&) = nullptr;
  // What others need to know of its arrays, by name, where they are not usual_arrays().
  std::vector<ArrayDoc> (*arrays)(const ModelConfig&) = nullptr;
  // All of Attention but `output`: `mixed` is what the heads yield, side by side.
  Both<Mix> mix = {};
  static constexpr const char* kind = "attention";
  static constexpr const char* noun = "models";
};

// What an MLP does with each hidden number.
struct ActivationKind {
  template <class T> using Apply = Tensor<T>(Tensor<T> x);

  std::string name = {}, doc = {};
  int place = last_place;
  Schema parameters = {};
  Both<Apply> apply = {};
  bool by_linear = false;  // GELU: linear() can do it on the way
  static constexpr const char* kind = "activation";
  static constexpr const char* noun = "activations";
};

// Where tokens are normalized, and how. `name` is a norm's prefix of parameters.
struct NormKind {
  template <class T> using Apply = Tensor<T>(const Scope<T>& scope, const char* name, Tensor<T> x);

  std::string name = {}, doc = {};
  int place = last_place;
  Schema parameters = {};
  bool before = false;  // what attention and MLP read, and once more before the head
  bool after = false;   // the sum of what they yield and the residual stream
  Both<Apply> apply = {};
  Tokens (*of_tokens)(const Tokens&) = nullptr;  // the same of an untrained model's; null: not known of those
  static constexpr const char* kind = "norm";
  static constexpr const char* noun = "norms";
};

// How a position is told: by what is added to its token, by what becomes of its queries and keys, or by what is added to
// scores.
struct PositionsKind {
  template <class T> using Table = Tensor<T>(const Scope<T>& scope);
  template <class T> using Turn = Tensor<T>(const Scope<T>& scope, Tensor<T> x);
  template <class T> using TurnFirst = Tensor<T>(const Scope<T>& scope, Tensor<T> x, int columns);

  std::string name = {}, doc = {};
  int place = last_place;
  Schema parameters = {};
  std::vector<std::string> (*problems)(const ModelConfig&) = nullptr;
  Both<Table> table = {};  // (length, dim)
  Both<Turn> turn = {};    // x (batch, heads, length, width) -> the same shape
  // Optional, and faster: the same of heads side by side, the first `columns` of x (batch, length, columns or more).
  Both<TurnFirst> turn_first = {};
  Both<Table> bias = {};  // (heads, length, length), added to scores; queries are rows
  static constexpr const char* kind = "positions";
  static constexpr const char* noun = "positions";
};

// x over its last axis, (..., width), with "name.weight" and, as layer norm has it, "name.bias" (width).
template <class T>
Tensor<T> normalized(const Scope<T>& scope, std::string_view name, Normalization how, int width, Tensor<T> x);

}  // namespace qklab::nn
