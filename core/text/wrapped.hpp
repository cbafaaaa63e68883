// Text in lines of a terminal.
#pragma once

#include <string>

namespace qklab {

// Words of `text` in lines of at most `width`, each but the first indented. Control characters, which could
// drive the terminal, are left out.
std::string wrapped(const std::string& text, std::size_t indent, std::size_t width);

}  // namespace qklab
