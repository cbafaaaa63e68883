// Checks names that become parts of paths: those of configs, figures, experiments and arrays.
#pragma once

#include <string_view>

namespace qklab {

// True for a name that may become part of a path: [A-Za-z0-9._-]+ of at most 128 characters, without ".." and
// without a dot or dash at its beginning.
bool is_path_name(std::string_view name);
inline constexpr std::string_view path_name_rule =
    "a name may hold letters, digits, '.', '_' and '-' only, must not start with '.' or '-', and has no '..'";

}  // namespace qklab
