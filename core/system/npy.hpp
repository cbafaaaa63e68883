// NumPy's array files, format 1.0: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace qklab {

// The bytes of a .npy file, row-major. `data` has as many elements as `shape` demands.
std::string npy_bytes(const std::vector<std::size_t>& shape, std::span<const double> data);        // <f8
std::string npy_bytes(const std::vector<std::size_t>& shape, std::span<const float> data);         // <f4
std::string npy_bytes(const std::vector<std::size_t>& shape, std::span<const std::int32_t> data);  // <i4
std::string npy_bytes(const std::vector<std::size_t>& shape, std::span<const std::int64_t> data);  // <i8
std::string npy_bytes(const std::vector<std::size_t>& shape, const std::vector<bool>& data);       // |b1
// The elements are as wide as the longest text. UTF-8 becomes UCS-4, and each byte that is not UTF-8 becomes
// U+FFFD, since NumPy reads characters only.
std::string npy_bytes(const std::vector<std::size_t>& shape, const std::vector<std::string>& data);  // <U...

}  // namespace qklab
