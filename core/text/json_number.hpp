// Numbers and texts in the form of report.html's JSON.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/value.hpp"

namespace qklab {

// Six significant digits; null where x is not finite.
std::string json_number(double x);
std::string json_numbers(
    const std::vector<double>& x);             // [1,null,0.5]; more digits where the numbers differ by little
std::string json_text(std::string_view text);  // quoted; bytes that are not UTF-8 are replaced
// Numbers keep all digits, so that a filter for a number finds it; true, false, names and non-finite numbers
// become text.
std::string json_value(const Value& value);

}  // namespace qklab
