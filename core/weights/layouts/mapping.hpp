// Where a file of weights keeps the queries and keys of each layer: patterns of names, and how arrays are laid out.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/weights/tensor_file.hpp"

namespace qklab::weights {

// Names hold {layer} in place of a layer's number, and norms may hold {previous}, the number of the layer before. One of
// `query` with `key`, `fused` and `combined` is set. In a file, any prefix that ends with a dot may stand before all
// names ("transformer.", "model.").
struct Mapping {
  std::string query = {}, key = {};            // W_q (heads m, dim) and W_k (groups m, dim)
  std::string fused = {};                      // queries, keys and values in one array
  std::string combined = {};                   // a matrix W_QK (dim, dim) a head, one below the other
  std::string query_bias = {}, key_bias = {};  // (heads m), (groups m)
  std::string fused_bias = {};
  std::string norm = {}, norm_bias = {};              // of what attention reads: gain and shift (dim)
  std::string first_norm = {}, first_norm_bias = {};  // those of layer 0, where they are others
  std::string mark = {};  // an array that tells this layout from others with the same names; for recognition
  bool is_out_in = true;  // a weight is (out, in) as in y = x W^T; otherwise (in, out)
  bool is_interleaved = false;  // fused by head: each head's queries, keys and values lie together
  bool is_rotary = false;       // positions turn queries and keys
  bool needs_biases = false;  // biases and norms that are named must be there; otherwise they may be missing
  int heads = 0, groups = 0;  // 0: the file or the caller says it

  // The pattern of the array that has the queries.
  const std::string& first() const;
};

std::string at_layer(const std::string& pattern, int layer);

// Where a pattern's arrays are in a file: what stands before all names, and the layers.
struct Found {
  std::string prefix;
  std::vector<int> layers;
};

// `prefix`: only this one, if it is not empty. Nothing where no array fits the pattern. Throws InputError where arrays
// with several prefixes do.
std::optional<Found> find_if_there(const TensorFile& file, const std::string& pattern,
                                   const std::string& prefix);
// The same; throws InputError with the nearest name where no array fits.
Found find_layers(const TensorFile& file, const std::string& pattern, const std::string& prefix);

// Reads a mapping of a few lines of YAML; docs/own-model.md lists the keys. Throws InputError with the position of each
// mistake.
Mapping read_mapping(const std::string& path);

}  // namespace qklab::weights
