#include "core/cli/with_doc.hpp"

#include <unistd.h>

#include "core/cli/terminal.hpp"
#include "core/text/columns.hpp"
#include "core/text/wrapped.hpp"

namespace qklab {

namespace {

constexpr std::size_t margin = 6;  // of what stands below

// A list of names a|b|c at the end of `left` goes below it where the terminal is too narrow.
std::string with_list_below(const std::string& left, std::size_t width) {
  const std::size_t list = left.find_last_of(' ') + 1;
  if (columns_of(left) <= width || left.find('|', list) == std::string::npos) return left;
  std::string spaced;
  for (const char c : left.substr(list)) spaced += c == '|' ? std::string(" | ") : std::string(1, c);
  const std::string before = left.substr(0, left.find_last_not_of(' ', list - 1) + 1);
  return before + '\n' + std::string(margin, ' ') + wrapped(spaced, margin, width);
}

}  // namespace

std::string with_doc(const std::string& left, const std::string& doc) {
  if (isatty(STDOUT_FILENO) == 0) return left + doc;
  const auto width = static_cast<std::size_t>(terminal_width());
  const std::size_t used = columns_of(left);
  if (2 * used <= width) return left + wrapped(doc, used, width);
  const std::string alone = left.substr(0, left.find_last_not_of(' ') + 1);
  return with_list_below(alone, width) + '\n' + std::string(margin, ' ') + wrapped(doc, margin, width);
}

}  // namespace qklab
