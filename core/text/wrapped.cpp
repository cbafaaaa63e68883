#include "core/text/wrapped.hpp"

#include "core/text/columns.hpp"
#include "core/text/text_check.hpp"

namespace qklab {

std::string wrapped(const std::string& text, std::size_t indent, std::size_t width) {
  std::string result, word;
  std::size_t column = indent;
  const auto put_word = [&] {
    if (word.empty()) return;
    if (column > indent && column + 1 + columns_of(word) > width) {
      result += '\n' + std::string(indent, ' ');
      column = indent;
    }
    if (column > indent) result += ' ', ++column;
    result += word;
    column += columns_of(word);
    word.clear();
  };
  for (const std::string_view character : characters(text)) {
    if (character == " " || character == "\n" || character == "\t")
      put_word();
    else if (!drives_terminal(code_point(character)))
      word += character;
  }
  put_word();
  return result;
}

}  // namespace qklab
