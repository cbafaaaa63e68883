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

// How a position is told: by what is added to its token, or by what becomes of its queries and keys.
struct PositionsKind {
  template <class T> using Table = Tensor<T>(const Scope<T>& scope);
  template <class T> using Turn = Tensor<T>(const Scope<T>& scope, Tensor<T> x);

  std::string name = {}, doc = {};
  int place = last_place;
  Schema parameters = {};
  std::vector<std::string> (*problems)(const ModelConfig&) = nullptr;
  Both<Table> table = {};  // (length, dim)
  Both<Turn> turn = {};    // x (batch, heads, length, width) -> the same shape
  static constexpr const char* kind = "positions";
  static constexpr const char* noun = "positions";
};

}  // namespace qklab::nn
