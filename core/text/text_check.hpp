// Whether a file is text at all: valid UTF-8 without control characters.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qklab {

struct BadCharacter {
  int line;            // from 1
  int column;          // from 1, in characters
  std::size_t offset;  // from 0, in bytes
  std::string message;
};

// The first byte that is no UTF-8 (overlong forms and surrogates included) or stands for a control
// character other than tab and line ends; nothing where all is text.
std::optional<BadCharacter> find_bad_character(std::string_view text);

// The text with every byte that is no UTF-8, every control character and every one that cannot be seen
// written out ("caf\xE9.txt", "mean\u00A0"): what names of files and messages become where only text may
// stand, or where somebody is to see what is wrong. Other text stays as it is.
std::string readable(std::string_view text);

// The character that `text`, not empty, begins with, for a message: "'x'", and with its name where it cannot
// be seen or is easily taken for another ("a no-break space (U+00A0)").
std::string shown_character(std::string_view text);

// Whole characters; a byte that is no UTF-8 stands alone, and is one.
std::vector<std::string_view> characters(std::string_view text);
std::size_t count_characters(std::string_view text);

// The number in Unicode of a whole character; of a byte that is none, the byte.
char32_t code_point(std::string_view character);

// Length in bytes of the character that `text`, not empty, begins with; 0 where it is no valid UTF-8.
// Source: RFC 3629, section 4.
std::size_t character_length(std::string_view text);

}  // namespace qklab
