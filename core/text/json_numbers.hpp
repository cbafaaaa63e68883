// Numbers and values as JSON: in the form that pages read, or with their types.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "core/base/value.hpp"

namespace qklab {

// Six significant digits; null where x is not finite.
nlohmann::ordered_json json_number(double x);
// [1,null,0.5]; more digits where the numbers differ by little.
nlohmann::ordered_json json_numbers(const std::vector<double>& x);
// All digits; null where x is not finite.
nlohmann::ordered_json json_in_full(double x);
// Numbers keep all digits, so that a filter for a number finds it; true, false, names and non-finite numbers
// become text.
nlohmann::ordered_json json_value(const Value& value);
// Of the value's own type. JSON has no non-finite numbers: they become text, as in run.db.
nlohmann::ordered_json json_with_type(const Value& value);

}  // namespace qklab
