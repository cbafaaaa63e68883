// Lists of names with explanations, on a terminal of any width.
#pragma once

#include <string>

namespace qklab {

// `left` with `doc` behind it. On a terminal, the lines of `doc` stand beneath each other, or below `left` where there is
// little room beside it; elsewhere all is one line, which other programs can read.
std::string with_doc(const std::string& left, const std::string& doc);

}  // namespace qklab
