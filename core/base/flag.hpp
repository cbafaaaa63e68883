// true and false as YAML 1.2 spells them.
#pragma once

#include <optional>
#include <string_view>

namespace qklab {

inline std::optional<bool> parse_flag(std::string_view text) {
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  return std::nullopt;
}

}  // namespace qklab
