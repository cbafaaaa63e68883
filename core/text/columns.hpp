// The width of text on a terminal, in columns. It differs from the number of bytes and of characters.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace qklab {

// Control characters, which move the cursor or change the terminal instead of being shown: those of ASCII,
// and U+0080 to U+009F, which some terminals obey too.
bool drives_terminal(char32_t code);

// Columns of UTF-8 text: a wide character takes two, a combining one none, and a byte that is not UTF-8 one.
// Sources: Unicode 15, EastAsianWidth.txt, W and F; general categories Mn and Cf.
std::size_t columns_of(std::string_view text);

// The first line of `text` in at most `columns` columns, with "..." where it was cut. Control characters are
// left out, since they could control the terminal, and bytes that are not UTF-8 become '?'.
std::string clipped(std::string_view text, std::size_t columns);

// The text, with spaces behind it up to so many columns.
std::string padded(const std::string& text, std::size_t columns);

}  // namespace qklab
