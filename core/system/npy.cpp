#include "core/system/npy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "core/text/text_check.hpp"

namespace qklab {

static_assert(std::endian::native == std::endian::little, "'<f8' is little-endian");

namespace {

template <class T>
std::string bytes_of(const std::vector<std::size_t>& extents, std::span<const T> data,
                     std::string_view type) {
  // Python writes a tuple of one element with a comma.
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
std::string npy_bytes(const std::vector<std::size_t>& shape, std::span<const std::int64_t> data) {
  return bytes_of(shape, data, "<i8");
}
std::string npy_bytes(const std::vector<std::size_t>& shape, const std::vector<bool>& data) {
  const std::vector<char> bytes(data.begin(), data.end());
  return bytes_of(shape, std::span<const char>(bytes), "|b1");
}

namespace {

std::u32string code_points(const std::string& text) {
  std::u32string points;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = character_length(std::string_view(text).substr(i));
    if (length == 0) {
      points += U'\xfffd';
      ++i;
      continue;
    }
    const auto first = static_cast<unsigned char>(text[i]);
    char32_t point = length == 1 ? first : first & (0xffu >> (length + 1));
    for (std::size_t k = 1; k < length; ++k)
      point = (point << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3fu);
    points += point;
    i += length;
  }
  return points;
}

}  // namespace

std::string npy_bytes(const std::vector<std::size_t>& shape, const std::vector<std::string>& data) {
  std::vector<std::u32string> texts;
  std::size_t width = 1;
  for (const std::string& text : data) {
    texts.push_back(code_points(text));
    width = std::max(width, texts.back().size());
  }
  std::u32string all;
  for (std::u32string& text : texts) {
    text.resize(width);
    all += text;
  }
  return bytes_of(shape, std::span<const char32_t>(all), fmt::format("<U{}", width));
}

}  // namespace qklab
