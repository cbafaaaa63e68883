#include "core/base/npy.hpp"

#include <fmt/format.h>

#include <bit>

namespace qklab {

static_assert(std::endian::native == std::endian::little, "'<f8' is little-endian");

namespace {

template <class T>
std::string bytes_of(const std::vector<std::size_t>& extents, std::span<const T> data,
                     std::string_view type) {
  // A tuple of one needs its comma in Python.
  const std::string shape = fmt::format("{}{}", fmt::join(extents, ", "), extents.size() == 1 ? "," : "");
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", type, shape);

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
  bytes.append(reinterpret_cast<const char*>(data.data()), data.size_bytes());
  return bytes;
}

}  // namespace

std::string npy_bytes(const std::vector<std::size_t>& shape, std::span<const double> data) {
  return bytes_of(shape, data, "<f8");
}
std::string npy_bytes(const std::vector<std::size_t>& shape, std::span<const float> data) {
  return bytes_of(shape, data, "<f4");
}
std::string npy_bytes(const std::vector<std::size_t>& shape, std::span<const std::int32_t> data) {
  return bytes_of(shape, data, "<i4");
}

}  // namespace qklab
