#include "core/cli/with_doc.hpp"

#include <unistd.h>

#include "core/cli/terminal.hpp"
#include "core/text/columns.hpp"
#include "core/text/wrapped.hpp"

namespace qklab {

std::string with_doc(const std::string& left, const std::string& doc) {
  if (isatty(STDOUT_FILENO) == 0) return left + doc;
  const auto width = static_cast<std::size_t>(terminal_width());
  const std::size_t used = columns_of(left);
  if (2 * used <= width) return left + wrapped(doc, used, width);
  return left.substr(0, left.find_last_not_of(' ') + 1) + "\n      " + wrapped(doc, 6, width);
}

}  // namespace qklab
