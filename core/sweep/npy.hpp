// NumPy's array files, format 1.0: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#pragma once

#include <string>

#include "core/sweep/experiment.hpp"

namespace qklab {

// The bytes of a .npy file of float64 in row-major order. `data` has as many values as `shape` says.
std::string npy_bytes(const Array& array);

}  // namespace qklab
