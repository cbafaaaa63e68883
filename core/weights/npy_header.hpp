// Reads what NumPy's array files say of themselves.
// Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html, versions 1 to 3.
#pragma once

#include <string>
#include <string_view>

#include "core/weights/tensor_file.hpp"

namespace qklab::weights {

// The array that a .npy file with these bytes holds, named `name`. Throws InputError, which names `path`, where the file
// is cut short, is no array of numbers, or is big-endian.
TensorInfo read_npy(const std::string& path, const std::string& name, std::string_view bytes);

// The arrays of a .npz file, which is a zip archive of .npy files: those that numpy.savez writes, without compression.
// Throws InputError where the archive is damaged, has compressed files, or is a PyTorch checkpoint.
std::vector<TensorInfo> read_npz(const std::string& path, std::string_view bytes);

// What to do with a pickle (a PyTorch checkpoint), which would have to be run to be read.
std::string pickle_message(const std::string& path);

}  // namespace qklab::weights
