// The queries and keys of a model's heads, read from a file of any known layout.
#pragma once

#include <string>
#include <vector>

#include "core/weights/layouts/layout.hpp"

namespace qklab::weights {

inline constexpr const char* any_layout = "auto";

// How a file is to be read.
struct WeightsConfig {
  std::string file;
  std::string layout = any_layout;  // auto: the only layout whose arrays the file has
  std::string mapping = {};         // a YAML file that takes the layout's place
  std::string prefix = {};          // of names; empty: the only one there is
  int heads = 0;                    // of queries; 0: the mapping or the file's metadata say it
  int groups = 0;                   // of keys; 0: as many as their array has rows for
  bool asks_neighbour =
      false;  // where nothing else says how many heads there are, config.json beside the file does
};

class ModelWeights {
 public:
  // Reads names and shapes alone. Throws InputError where the file cannot be read, fits no layout or several, does not
  // say how many heads there are, or has shapes that heads do not divide.
  explicit ModelWeights(const WeightsConfig& config);

  const TensorFile& file() const { return file_; }
  const std::string& layout() const { return layout_; }  // its name, or the mapping's file
  const std::vector<int>& layers() const { return layers_; }
  int heads() const { return heads_; }
  int groups() const { return groups_; }
  std::size_t dim() const { return dim_; }
  std::size_t width() const { return width_; }  // of a head
  bool is_rotary() const;

  // Throws InputError where there is no such layer or head, or a number is not finite. fold_norm: W_q^T diag(gain) and
  // W_k^T diag(gain), and biases b + W^T shift, so that what heads read are tokens as they are before the norm's gain and
  // shift; InputError where the file has no such norm.
  HeadWeights head(int layer, int head, bool fold_norm) const;

 private:
  void choose(const WeightsConfig& config);
  void settle(const WeightsConfig& config);  // heads, groups, dim and width
  const TensorInfo& array(const std::string& pattern, int layer) const;
  std::size_t first_row(bool is_key, int head) const;  // of a head, or column where arrays are (in, out)
  Matrix weight(const std::string& pattern, int layer, bool is_key, int head) const;
  Vector bias(const std::string& pattern, int layer, bool is_key, int head) const;
  void fold(int layer, HeadWeights& weights) const;

  TensorFile file_;
  std::string layout_, prefix_;
  const LayoutKind* kind_ = nullptr;  // null with a mapping
  Mapping mapping_;
  std::vector<int> layers_;
  int heads_ = 0, groups_ = 0;
  std::size_t dim_ = 0, width_ = 0;
};

// What a config.json beside the file says of heads, as Hugging Face writes it; 0 where there is none or it does not say.
struct HeadCounts {
  int heads = 0, groups = 0;
};
HeadCounts heads_beside(const std::string& path);

}  // namespace qklab::weights
