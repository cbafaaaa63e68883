// Numbers and texts as report.html's JSON has them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/value.hpp"

namespace qklab {

// Six significant digits; null where not finite.
std::string json_number(double x);
std::string json_numbers(
    const std::vector<double>& x);             // [1,null,0.5]; more digits where these differ by less
std::string json_text(std::string_view text);  // quoted; bytes that are no UTF-8 are replaced
// Numbers in full, so that a filter for one finds it; true, false, names and non-finite numbers as text.
std::string json_value(const Value& value);

}  // namespace qklab
