// A parameter's value and its only text form, on which identity and exports rely.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace qklab {

using Value = std::variant<bool, std::int64_t, double, std::string>;

// The shortest decimal that reads back as exactly `x`; "nan", "inf", "-inf" where it is not finite.
std::string shortest(double x);

// Reads the whole string as a number; nothing if a character is left over or the number is out of range.
// Accepts YAML's spellings of non-finite numbers (.nan, .inf, -.inf) as well as nan, inf and -inf.
std::optional<double> parse_real(std::string_view text);
std::optional<std::int64_t> parse_integer(std::string_view text);

std::string to_text(const Value& value);  // true, 12, 0.125, softmax

// A 64-bit hash of text, well mixed, the same on every machine and in every version.
std::uint64_t hash_text(std::string_view text);
std::uint64_t mix(std::uint64_t x);  // splitmix64's finalizer, a bijection

}  // namespace qklab
