// Checks whether a file is text: valid UTF-8 without control characters.
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

// The first byte that is not UTF-8 (this includes overlong forms and surrogates) or begins a control
// character other than tab and line ends; nothing if all is text.
std::optional<BadCharacter> find_bad_character(std::string_view text);

// The text with every byte that is not UTF-8, every control character and every invisible character written
// out ("caf\xE9.txt", "mean\u00A0"). File names and messages are shown this way where only text may stand, or
// where the reader must see what is wrong. Other text stays as it is.
std::string readable(std::string_view text);

// The first character of `text`, which is not empty, for a message: "'x'", with its name if it is invisible
// or easily taken for another ("a no-break space (U+00A0)").
std::string shown_character(std::string_view text);

// The first character; a byte that is not UTF-8 counts as one. Nothing of an empty text.
std::string_view first_character(std::string_view text);

// Splits the text into whole characters; a byte that is not UTF-8 counts as one character.
std::vector<std::string_view> characters(std::string_view text);
std::size_t count_characters(std::string_view text);

// The Unicode code point of a whole character; for a byte that is not UTF-8, the byte's value.
char32_t code_point(std::string_view character);

// Length in bytes of the first character of `text`, which is not empty; 0 if it is not valid UTF-8.
// Source: RFC 3629, section 4.
std::size_t character_length(std::string_view text);

}  // namespace qklab
