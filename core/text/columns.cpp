#include "core/text/columns.hpp"

#include <algorithm>
#include <array>

#include "core/text/text_check.hpp"

namespace qklab {

namespace {

struct Range {
  char32_t first, last;
};

constexpr std::array wide = {
    Range{0x1100, 0x115f},   Range{0x231a, 0x231b},   Range{0x23e9, 0x23ec},   Range{0x2614, 0x2615},
    Range{0x2648, 0x2653},   Range{0x26a1, 0x26a1},   Range{0x26bd, 0x26be},   Range{0x2705, 0x2705},
    Range{0x274c, 0x274e},   Range{0x2753, 0x2755},   Range{0x2795, 0x2797},   Range{0x2b1b, 0x2b1c},
    Range{0x2b50, 0x2b55},   Range{0x2e80, 0x303e},   Range{0x3041, 0x4dbf},   Range{0x4e00, 0xa4cf},
    Range{0xa960, 0xa97c},   Range{0xac00, 0xd7a3},   Range{0xf900, 0xfaff},   Range{0xfe10, 0xfe19},
    Range{0xfe30, 0xfe6f},   Range{0xff00, 0xff60},   Range{0xffe0, 0xffe6},   Range{0x16fe0, 0x1b2ff},
    Range{0x1f18e, 0x1f19a}, Range{0x1f200, 0x1f64f}, Range{0x1f680, 0x1f6ff}, Range{0x1f7e0, 0x1f7f0},
    Range{0x1f90c, 0x1faff}, Range{0x20000, 0x3fffd}};

constexpr std::array without_width = {Range{0x300, 0x36f},   Range{0x483, 0x489},   Range{0x591, 0x5bd},
                                      Range{0x610, 0x61a},   Range{0x64b, 0x65f},   Range{0x1ab0, 0x1aff},
                                      Range{0x1dc0, 0x1dff}, Range{0x200b, 0x200f}, Range{0x202a, 0x202e},
                                      Range{0x2060, 0x2064}, Range{0x20d0, 0x20f0}, Range{0xfe00, 0xfe0f},
                                      Range{0xfe20, 0xfe2f}, Range{0xfeff, 0xfeff}, Range{0xe0100, 0xe01ef}};

template <std::size_t n> bool is_among(char32_t code, const std::array<Range, n>& ranges) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [code](const Range& range) { return range.first <= code && code <= range.last; });
}

std::size_t width_of(char32_t code) {
  if (drives_terminal(code) || is_among(code, without_width)) return 0;
  return is_among(code, wide) ? 2 : 1;
}

// Calls visit(bytes, width) for each character until it returns false. Bytes that are not UTF-8 come one by
// one.
template <class Visit> void each_character(std::string_view text, const Visit& visit) {
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    const std::string_view bytes = text.substr(0, std::max<std::size_t>(length, 1));
    text.remove_prefix(bytes.size());
    if (length == 0 ? !visit("?", 1) : !visit(bytes, width_of(code_point(bytes)))) return;
  }
}

}  // namespace

bool drives_terminal(char32_t code) { return code < 0x20 || (code >= 0x7f && code < 0xa0); }

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  each_character(text, [&](std::string_view, std::size_t width) {
    columns += width;
    return true;
  });
  return columns;
}

std::string clipped(std::string_view text, std::size_t columns) {
  constexpr std::string_view cut = "...";
  std::string line, begun;  // the text that fits, and the text that fits with "..." behind it
  std::size_t used = 0;
  bool whole = true;
  each_character(text.substr(0, text.find('\n')), [&](std::string_view bytes, std::size_t width) {
    if (drives_terminal(code_point(bytes))) return true;
    used += width;
    whole = used <= columns;
    if (used + cut.size() <= columns) begun += bytes;
    if (whole) line += bytes;
    return whole;
  });
  if (whole) return line;
  return begun + std::string(cut.substr(0, columns));
}

std::string padded(const std::string& text, std::size_t columns) {
  const std::size_t used = columns_of(text);
  return text + std::string(columns > used ? columns - used : 0, ' ');
}

}  // namespace qklab
