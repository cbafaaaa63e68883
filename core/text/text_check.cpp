#include "core/text/text_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <span>

namespace qklab {

namespace {

bool is_control(char c) {
  const auto u = static_cast<unsigned char>(c);
  return (u < 0x20 && c != '\t' && c != '\n' && c != '\r') || u == 0x7F;
}

struct Named {
  char32_t point;
  const char* name;
};

// The zero-width joiner is not listed, since many emoji contain it.
constexpr Named invisible[] = {{0x00A0, "a no-break space"},
                               {0x00AD, "a soft hyphen"},
                               {0x2007, "a figure space"},
                               {0x2009, "a thin space"},
                               {0x200A, "a hair space"},
                               {0x200B, "a zero-width space"},
                               {0x200C, "a zero-width non-joiner"},
                               {0x200E, "a left-to-right mark"},
                               {0x200F, "a right-to-left mark"},
                               {0x2028, "a line separator"},
                               {0x2029, "a paragraph separator"},
                               {0x202F, "a narrow no-break space"},
                               {0x2060, "a word joiner"},
                               {0x3000, "an ideographic space"},
                               {0xFEFF, "a byte order mark"}};
constexpr Named mistakable[] = {{0x2010, "a hyphen, not '-'"},       {0x2011, "a no-break hyphen, not '-'"},
                                {0x2013, "a dash, not '-'"},         {0x2014, "a dash, not '-'"},
                                {0x2212, "a minus sign, not '-'"},   {0x2018, "a curved quote, not '"},
                                {0x2019, "a curved quote, not '"},   {0x201C, "a curved quote, not \""},
                                {0x201D, "a curved quote, not \""},  {0x2264, "for which <= is written"},
                                {0x2265, "for which >= is written"}, {0x2260, "for which != is written"},
                                {0x00D7, "for which * is written"},  {0xFF1D, "not '='"}};

const char* name_among(std::span<const Named> characters, char32_t point) {
  const auto found = std::ranges::find(characters, point, &Named::point);
  return found == characters.end() ? nullptr : found->name;
}

}  // namespace

std::string shown_character(std::string_view text) {
  const std::size_t length = character_length(text);
  const auto byte = static_cast<unsigned>(static_cast<unsigned char>(text[0]));
  if (length == 0 || is_control(text[0])) return fmt::format("byte 0x{:02X}", byte);
  const char32_t point = code_point(text.substr(0, length));
  const auto number = static_cast<unsigned>(point);
  if (const char* name = name_among(invisible, point)) return fmt::format("{} (U+{:04X})", name, number);
  const std::string_view shown = text.substr(0, length);
  if (const char* name = name_among(mistakable, point))
    return fmt::format("'{}' (U+{:04X}, {})", shown, number, name);
  return length == 1 ? fmt::format("'{}'", shown) : fmt::format("'{}' (U+{:04X})", shown, number);
}

char32_t code_point(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return first;
  char32_t point = first & (0xffu >> (character.size() + 1));
  for (const char c : character.substr(1)) point = point << 6 | (static_cast<unsigned char>(c) & 0x3fu);
  return point;
}

std::string_view first_character(std::string_view text) {
  return text.substr(0, text.empty() ? 0 : std::max<std::size_t>(character_length(text), 1));
}

std::vector<std::string_view> characters(std::string_view text) {
  std::vector<std::string_view> all;
  all.reserve(text.size());
  while (!text.empty()) {
    all.push_back(first_character(text));
    text.remove_prefix(all.back().size());
  }
  return all;
}

std::size_t count_characters(std::string_view text) {
  std::size_t count = 0;
  for (; !text.empty(); ++count) text.remove_prefix(first_character(text).size());
  return count;
}

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

std::string readable(std::string_view text) {
  std::string out;
  for (std::size_t length = 0; !text.empty(); text.remove_prefix(std::max<std::size_t>(length, 1))) {
    length = character_length(text);
    if (length == 0 || is_control(text[0])) {
      out += fmt::format("\\x{:02X}", static_cast<unsigned char>(text[0]));
    } else if (name_among(invisible, code_point(text.substr(0, length)))) {
      out += fmt::format("\\u{:04X}", static_cast<unsigned>(code_point(text.substr(0, length))));
    } else {
      out += text.substr(0, length);
    }
  }
  return out;
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
