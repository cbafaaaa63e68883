#include "core/text/json_number.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace qklab {

std::string json_number(double x) { return std::isfinite(x) ? fmt::format("{:.6g}", x) : "null"; }

namespace {

// Enough digits that the differences between the numbers have at least five, where the differences are small
// beside the numbers.
int digits_of(const std::vector<double>& x) {
  constexpr int least = 6, most = 17;
  double low = 0, high = 0;
  bool any = false;
  for (const double v : x) {
    if (!std::isfinite(v)) continue;
    low = any ? std::min(low, v) : v;
    high = any ? std::max(high, v) : v;
    any = true;
  }
  const double size = std::max(std::abs(low), std::abs(high));
  if (!(high > low)) return least;
  const double beyond = std::floor(std::log10(size) - std::log10(high - low));
  return std::clamp(least + static_cast<int>(std::max(0.0, beyond)), least, most);
}

}  // namespace

std::string json_numbers(const std::vector<double>& x) {
  const int digits = digits_of(x);
  std::string text = "[";
  for (const double v : x) {
    if (text.size() > 1) text += ',';
    text += std::isfinite(v) ? fmt::format("{:.{}g}", v, digits) : "null";
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
