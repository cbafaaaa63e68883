#include "core/text/words.hpp"

#include <cctype>

namespace qklab {

std::vector<std::string_view> words(std::string_view text) {
  const auto in_word = [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return u >= 0x80 || std::isalnum(u) || c == '\'';
  };
  std::vector<std::string_view> symbols;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && in_word(text[end])) ++end;
    if (end == i) ++end;
    if (!std::isspace(static_cast<unsigned char>(text[i]))) symbols.push_back(text.substr(i, end - i));
    i = end;
  }
  return symbols;
}

std::vector<std::string_view> tokens(std::string_view text) {
  constexpr std::string_view line_end = "\n";
  const auto is_space = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  std::vector<std::string_view> symbols;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i + 1;
    if (text[i] == '\n') {
      symbols.push_back(text.substr(i, 1));
    } else if (!is_space(text[i])) {
      while (end < text.size() && !is_space(text[end])) ++end;
      symbols.push_back(text.substr(i, end - i));
    }
    i = end;
  }
  if (!symbols.empty() && symbols.back() != line_end) symbols.push_back(line_end);
  return symbols;
}

std::vector<std::string_view> bytes(std::string_view text) {
  std::vector<std::string_view> symbols;
  for (std::size_t i = 0; i < text.size(); ++i) symbols.push_back(text.substr(i, 1));
  return symbols;
}

}  // namespace qklab
