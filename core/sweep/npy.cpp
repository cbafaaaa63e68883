#include "core/sweep/npy.hpp"

#include <fmt/format.h>

#include <bit>

namespace qklab {

static_assert(std::endian::native == std::endian::little, "'<f8' is little-endian");

std::string npy_bytes(const Array& array) {
  // A tuple of one needs its comma in Python.
  const std::string shape =
      fmt::format("{}{}", fmt::join(array.shape, ", "), array.shape.size() == 1 ? "," : "");
  std::string header = fmt::format("{{'descr': '<f8', 'fortran_order': False, 'shape': ({}), }}", shape);

  // Magic, version and header length take 10 bytes; the data begins at a multiple of 64.
  constexpr std::size_t preamble = 10, alignment = 64;
  header.append((alignment - (preamble + header.size() + 1) % alignment) % alignment, ' ');
  header += '\n';
  std::string bytes = "\x93NUMPY";
  bytes += '\1';
  bytes += '\0';
  bytes += static_cast<char>(header.size() & 0xff);
  bytes += static_cast<char>(header.size() >> 8);
  bytes += header;
  bytes.append(reinterpret_cast<const char*>(array.data.data()), array.data.size() * sizeof(double));
  return bytes;
}

}  // namespace qklab
