// Whether a file is text at all: valid UTF-8 without control characters.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace qklab {

struct BadCharacter {
  int line;    // from 1
  int column;  // from 1, in characters
  std::string message;
};

// The first byte that is no UTF-8 (overlong forms and surrogates included) or stands for a control
// character other than tab and line ends; nothing where all is text.
std::optional<BadCharacter> find_bad_character(std::string_view text);

}  // namespace qklab
