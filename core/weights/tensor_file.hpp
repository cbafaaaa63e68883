// Arrays of a file of weights by name, whatever the file's format.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/array.hpp"
#include "core/system/mapped_file.hpp"

namespace qklab::weights {

// What a stored array is and where its numbers lie. The bytes belong to the TensorFile.
struct TensorInfo {
  std::string name;
  std::string type;  // as the file calls it: "F32", "<f4"
  std::vector<std::uint64_t> shape;
  std::string_view bytes;
  bool is_column_major = false;  // of NumPy's fortran_order

  std::string str() const;  // "'h.0.attn.c_attn.weight' (768, 2304)"
};

// The type's size in bytes by its name in safetensors or NumPy; 0 where it is not known.
std::size_t size_of_type(std::string_view type);
// Whether its numbers can be read as weights: F64, F32, F16, BF16, and NumPy's <f8, <f4, <f2.
bool is_real_type(std::string_view type);

// Numbers are converted when they are read, so that a file of any size costs no more than what is asked of it.
class TensorFile {
 public:
  // Throws InputError where two arrays have one name.
  TensorFile(std::string path, std::vector<std::shared_ptr<const MappedFile>> files,
             std::vector<TensorInfo> tensors, std::map<std::string, std::string> metadata = {});

  const std::string& path() const { return path_; }
  const std::vector<TensorInfo>& tensors() const { return tensors_; }  // by name
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  std::vector<std::string> names() const;

  const TensorInfo* find(std::string_view name) const;  // null if there is none
  // Throws InputError with the nearest name and the names that there are.
  const TensorInfo& at(std::string_view name) const;

  // Rows [row, row + rows) and columns [column, column + columns) of an array of rank 2; rank 1 is one row. Throws
  // InputError where the array is of another rank or type or smaller, or where a number is not finite.
  Matrix block(const TensorInfo& of, std::size_t row, std::size_t rows, std::size_t column,
               std::size_t columns) const;
  Matrix matrix(const TensorInfo& of) const;  // the whole array
  Vector vector(const TensorInfo& of) const;  // of rank 1; a scalar has one element

 private:
  std::string path_;
  std::vector<std::shared_ptr<const MappedFile>> files_;
  std::vector<TensorInfo> tensors_;
  std::map<std::string, std::string> metadata_;
};

// A .safetensors, .npz or .npy file, told by its content; or a folder of .safetensors files, whose arrays are put together
// (large models are stored in parts), or else of .npy files, each an array of the file's name. Throws InputError for what
// is none of these: a pickle (.bin, .pt), a file that was cut short, a header that contradicts the file.
TensorFile open_tensors(const std::string& path);

// "a, b, c, ... (and 140 more)"
std::string listed_names(const std::vector<std::string>& names);

}  // namespace qklab::weights
