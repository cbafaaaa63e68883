// Options whose value is one of a few words.
#pragma once

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <vector>

#include "core/base/error.hpp"

namespace qklab {

// Any other word is refused, and the nearest of `names` is suggested. Help and completion list all names.
inline CLI::Validator one_of(const std::vector<std::string>& names) {
  const auto problem = [names](const std::string& word) {
    if (std::find(names.begin(), names.end(), word) != names.end()) return std::string();
    return fmt::format("'{}' is not one of {}{}", word, fmt::join(names, ", "), did_you_mean(word, names));
  };
  return CLI::Validator(problem, fmt::format("{{{}}}", fmt::join(names, ",")));
}

// The words that an option accepts; none if its values are not limited to a few words.
inline std::vector<std::string> choices_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();  // "TEXT:{experiments,tasks}"
  const std::size_t open = type.find('{');
  if (open == std::string::npos) return {};
  return CLI::detail::split(type.substr(open + 1, type.find('}') - open - 1), ',');
}

}  // namespace qklab
