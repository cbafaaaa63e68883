// The safetensors format: 8 bytes with the length of a JSON header, the header, and the numbers of all arrays.
// Source: https://github.com/huggingface/safetensors#format
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/weights/tensor_file.hpp"

namespace qklab::weights {

// Reads the header of a file's bytes; numbers stay where they are. Throws InputError, which names `path`, for bytes that
// are cut short or contradict themselves: a header longer than the file, JSON that is none, shapes that do not fit the
// offsets, and arrays that overlap, leave gaps or reach beyond the end, all of which the format forbids.
std::vector<TensorInfo> read_safetensors(const std::string& path, std::string_view bytes,
                                         std::map<std::string, std::string>& metadata);

// An array to be written as F32, row-major.
struct NamedArray {
  std::string name;
  std::vector<std::uint64_t> shape;
  std::span<const float> data;
};

// The bytes of a file with these arrays, in this order. Equal arrays and metadata give equal bytes.
std::string safetensors_bytes(const std::vector<NamedArray>& arrays,
                              const std::map<std::string, std::string>& metadata);

}  // namespace qklab::weights
