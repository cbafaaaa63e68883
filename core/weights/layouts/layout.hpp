// Layouts of files of weights, each chosen by name: how a program that trains models names and orders their arrays.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/base/registry.hpp"
#include "core/schema/schema.hpp"
#include "core/weights/layouts/mapping.hpp"

namespace qklab::weights {

// One head's part of the weights, as the model uses them: for a token x, queries W_q^T x + query_bias and keys
// W_k^T x + key_bias, and scores  (query . key) / sqrt(width)  with W_QK = W_q W_k^T up to transposition.
struct HeadWeights {
  Matrix query, key;  // (dim, m) each; where heads are combined, query is W_QK^T (dim, dim) and key is empty
  Vector query_bias, key_bias;  // (m), zeros where there are none; empty where heads are combined
  bool is_combined() const { return key.size() == 0; }
  std::size_t dim() const { return query.shape(0); }
  std::size_t width() const { return query.shape(1); }  // what scores are divided by the root of
};

// The names of a gain and of a shift; empty where there is none.
struct NormNames {
  std::string gain, shift;
};

struct LayoutKind {
  std::string name = {}, doc = {};
  int place = last_place;
  Schema parameters = {};
  std::vector<Mapping> mappings = {};  // the first one whose arrays a file has
  // Where a layer's norm depends on more than names; otherwise it is the mapping's.
  NormNames (*norm)(const TensorFile& file, const std::string& prefix, int layer) = nullptr;
  // What becomes of the stored numbers before they are used: a reparametrization. `weights` has them as they are stored.
  void (*use)(const TensorFile& file, const std::string& prefix, int layer, int head,
              HeadWeights& weights) = nullptr;
  static constexpr const char* kind = "layout";
  static constexpr const char* noun = "layouts";
};

}  // namespace qklab::weights
