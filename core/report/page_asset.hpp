// Files that are embedded into the program (cmake/report_page.cmake).
#pragma once

#include <string_view>

namespace qklab {

// The content of a file of core/report/page, core/cli/page or third_party, by its name alone. Throws
// std::logic_error where none was embedded under that name.
std::string_view page_asset(std::string_view name);

}  // namespace qklab
