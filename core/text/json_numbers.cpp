#include "core/text/json_numbers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

namespace qklab {
namespace {

using Json = nlohmann::ordered_json;

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

Json with_digits(double x, int digits) {
  if (!std::isfinite(x)) return nullptr;
  return json_in_full(std::strtod(fmt::format("{:.{}g}", x, digits).c_str(), nullptr));
}

}  // namespace

Json json_in_full(double x) {
  constexpr double exact = 0x1p53;  // whole numbers below are written without a point
  if (!std::isfinite(x)) return nullptr;
  return x == std::trunc(x) && std::abs(x) < exact ? Json(static_cast<std::int64_t>(x)) : Json(x);
}

Json json_number(double x) { return with_digits(x, 6); }

Json json_numbers(const std::vector<double>& x) {
  const int digits = digits_of(x);
  Json list = Json::array();
  for (const double v : x) list.push_back(with_digits(v, digits));
  return list;
}

Json json_value(const Value& value) {
  const double* real = std::get_if<double>(&value);
  if (real && std::isfinite(*real)) return json_in_full(*real);
  const std::int64_t* whole = std::get_if<std::int64_t>(&value);
  return whole ? Json(*whole) : Json(to_text(value));
}

Json json_with_type(const Value& value) {
  const double* real = std::get_if<double>(&value);
  if (real && !std::isfinite(*real)) return to_text(value);
  return std::visit([](const auto& x) { return Json(x); }, value);
}

}  // namespace qklab
