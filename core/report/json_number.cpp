#include "core/report/json_number.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace qklab {

std::string json_number(double x) { return std::isfinite(x) ? fmt::format("{:.6g}", x) : "null"; }

std::string json_numbers(const std::vector<double>& x) {
  std::string text = "[";
  for (const double v : x) {
    if (text.size() > 1) text += ',';
    text += json_number(v);
  }
  return text + ']';
}

std::string json_text(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string json_value(const Value& value) {
  const double* real = std::get_if<double>(&value);
  const bool number = (real && std::isfinite(*real)) || std::holds_alternative<std::int64_t>(value);
  return number ? to_text(value) : json_text(to_text(value));
}

}  // namespace qklab
