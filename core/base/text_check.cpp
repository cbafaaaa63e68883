#include "core/base/text_check.hpp"

#include <fmt/format.h>

#include <cstdint>

namespace qklab {

namespace {

bool is_control(char c) {
  const auto u = static_cast<unsigned char>(c);
  return (u < 0x20 && c != '\t' && c != '\n' && c != '\r') || u == 0x7F;
}

}  // namespace

std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t i) -> unsigned { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xC0) != 0x80) return 0;
  const bool overlong = (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xF0 && byte(1) < 0x90);
  const bool surrogate = lead == 0xED && byte(1) >= 0xA0;
  const bool too_large = lead == 0xF4 && byte(1) >= 0x90;
  return overlong || surrogate || too_large ? 0 : length;
}

std::optional<BadCharacter> find_bad_character(std::string_view text) {
  int line = 1, column = 1;
  for (std::size_t offset = 0, length = 0; !text.empty(); offset += length) {
    const unsigned first = static_cast<unsigned char>(text[0]);
    length = character_length(text);
    if (length == 0)
      return BadCharacter{line, column, offset, fmt::format("byte 0x{:02X} is no UTF-8 text", first)};
    if (is_control(text[0]))
      return BadCharacter{line, column, offset,
                          fmt::format("control character 0x{:02X}: this is no text file", first)};
    ++column;
    if (text[0] == '\n') {
      ++line;
      column = 1;
    }
    text.remove_prefix(length);
  }
  return std::nullopt;
}

}  // namespace qklab
