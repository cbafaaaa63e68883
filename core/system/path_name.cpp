#include "core/system/path_name.hpp"

#include <algorithm>
#include <cctype>

namespace qklab {

bool is_path_name(std::string_view name) {
  const auto allowed = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= 128 && name[0] != '.' && name[0] != '-' &&
         std::all_of(name.begin(), name.end(), allowed) && name.find("..") == name.npos;
}

}  // namespace qklab
